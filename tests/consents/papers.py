"""Papers as clerks get them: one that is right, to be changed where a test wants it wrong."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from consents.actions import accept_application, register_application
from consents.models import ConsentApplication
from consents.replacement import Choice
from core.documents.arriving import check_document
from residents.identity import IdentityNumber
from tests import documents, make

PNG = documents.picture("PNG")
JPEG = documents.picture("JPEG")
FAX = documents.picture("PNG", sheet=documents.paper().convert("1"))
PDF = documents.pdf()
PDF_KEPT = check_document(PDF).content
JPEG_KEPT = check_document(JPEG).content
WASTE_SMS = Choice("waste", "sms")
WASTE_EMAIL = Choice("waste", "email")


def scan(content: bytes = PDF, name: str = "skan.pdf") -> SimpleUploadedFile:
    """A file from the scanner."""
    return SimpleUploadedFile(name, content)


def register(number: IdentityNumber | None = None, **said: Any) -> ConsentApplication:
    """A draft of Anna's, signed yesterday and brought today, for waste by SMS; *said* changes it."""
    words: dict[str, Any] = {
        "number": number or make.pesel(1),
        "name": "Anna Nowak",
        "phone": "500 100 200",
        "email": "anna@example.com",
        "choices": [WASTE_SMS],
        "signed_on": make.today() - timedelta(days=1),
        "arrived_by": "paper",
        "received_on": make.today(),
        "scan": None,
        "by": make.BY,
        "at": make.now(),
    }
    return register_application(**{**words, **said})


def accept(draft: ConsentApplication) -> ConsentApplication:
    """Accept it now."""
    return accept_application(draft, by=make.BY, at=make.now())
