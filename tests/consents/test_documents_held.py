"""Documents are forgotten when nobody holds them, and never while anybody does."""

from datetime import timedelta

import pytest

from consents.incoming import store_scan
from consents.signatures.trust import Trust
from consents.signed_files import receive_signed_file
from core.documents.arriving import store_document
from core.documents.forgetting import count_documents, forget_documents
from core.models import StoredDocument
from tests import make
from tests.consents import papers
from tests.consents.authority import authority
from tests.consents.signed_forms import filled_form, sign_pdf
from tests.mailroom.post import letter_with_photograph


@pytest.mark.django_db
def test_what_a_signed_file_a_scan_or_an_e_mail_holds_stays_and_the_rest_goes() -> None:
    signed = sign_pdf(filled_form(make.pesel(1).value), authority().person(make.pesel(1).value))
    receive_signed_file(signed, name="w.pdf", arrived_by="signed_file", trust=Trust(), by=make.BY, at=make.now())
    store_scan(papers.PNG, name="s.png", received_on=make.today(), by=make.BY, at=make.now())
    letter_with_photograph()
    held = set(StoredDocument.objects.values_list("pk", flat=True))
    assert len(held) == 3
    store_document(papers.JPEG, name="nikogo.jpg", by=make.BY, at=make.now())
    later = make.now() + timedelta(days=31)
    assert count_documents(later) == 1
    assert forget_documents(later, 100) == 1
    assert set(StoredDocument.objects.values_list("pk", flat=True)) == held
