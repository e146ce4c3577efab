"""Scans that come before anybody typed their application: queued, their code read, registered or set aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from consents.form_code import BEGINNING, FormCode, read_form_code
from consents.models import ApplicationState, ArrivalWay, ConsentApplication, IncomingScan, PrintedForm
from core import audit
from core.actor import Actor
from core.documents.arriving import store_document
from core.documents.kinds import ENDINGS, SCANS, Kind
from core.documents.workshop import codes
from core.errors import Refused
from core.models import StoredDocument

NO_CODE = "Na skanie nie udało się odczytać kodu formularza. Wpisz numer, który stoi pod kodem."
SEVERAL_CODES = (
    "Na skanie są kody kilku formularzy. Podziel plik: jeden wniosek to jeden skan. "
    "Możesz też wpisać numer tego formularza, który teraz rejestrujesz."
)


@dataclass(frozen=True)
class Queued:
    """A scan in the clerks' queue, and what reading its code gave, in words; '' when the form is known."""

    scan: IncomingScan
    words: str


def form_of(code: FormCode) -> PrintedForm:
    """The printed form of that number. Raises Refused `form_unknown`."""
    form = PrintedForm.objects.filter(number=code.number).select_related("payer__merged_into").first()
    if form is None:
        raise Refused(
            "form_unknown",
            "Formularza o tym numerze nikt tu nie wydrukował.",
            where="code",
            mend="Sprawdź cyfry; jeśli się zgadzają, wpisz dane z wniosku bez numeru formularza.",
        )
    return form


def _form_on(document: StoredDocument) -> tuple[PrintedForm | None, str]:
    try:
        numbers = {code.number: code for code in map(read_form_code, codes(document.shown, beginning=BEGINNING))}
        if len(numbers) > 1:
            return None, SEVERAL_CODES
        return (form_of(next(iter(numbers.values()))), "") if numbers else (None, NO_CODE)
    except Refused as refusal:
        return None, str(refusal)


def queue_document(document: StoredDocument, *, arrived_by: str, received_on: date, by: Actor, at: datetime) -> Queued:
    """Put a stored document into the clerks' queue; the code of our form is looked for on it at once."""
    form, words = _form_on(document) if document.shown else (None, NO_CODE)
    with transaction.atomic():
        scan = IncomingScan.objects.create(
            document=document,
            printed_form=form,
            arrived_by=arrived_by,
            received_on=received_on,
            stored_at=at,
            stored_by_name=by.name,
        )
        audit.record("queue_scan", f"scan:{scan.pk}", by=by, pages=document.pages, form=form.number if form else "")
    return Queued(scan, words)


def store_scan(
    content: bytes,
    *,
    name: str,
    arrived_by: str = ArrivalWay.PAPER,
    received_on: date,
    by: Actor,
    at: datetime,
) -> Queued:
    """Check and keep a scan, and put it into the queue. Raises Refused as `core.documents.arriving.check_document`."""
    document = store_document(content, name=name, by=by, at=at, kinds=SCANS)
    return queue_document(document, arrived_by=arrived_by, received_on=received_on, by=by, at=at)


def set_aside_scan(scan: IncomingScan, *, why: str, by: Actor, at: datetime) -> IncomingScan:
    """Out of the queue with what is no application.

    Raises Refused `scan_registered`, `scan_set_aside`, `reason_missing`.
    """
    if not why.strip():
        raise Refused("reason_missing", "Podaj, dlaczego odkładasz ten skan.", where="why")
    with transaction.atomic():
        locked = take_scan(scan)
        locked.set_aside_at, locked.set_aside_why = at, why.strip()
        locked.save(update_fields=["set_aside_at", "set_aside_why"])
        audit.record("set_aside_scan", f"scan:{scan.pk}", by=by)
    return locked


def take_scan(scan: IncomingScan) -> IncomingScan:
    """The scan under lock, for whoever registers it first. Raises Refused `scan_registered`, `scan_set_aside`."""
    locked = IncomingScan.objects.select_for_update(of=("self",)).get(pk=scan.pk)
    if locked.application_id is not None:
        raise Refused(
            "scan_registered",
            f"Ten skan jest już zarejestrowany jako wniosek nr {locked.application_id}.",
            mend="Nic nie zapisano.",
        )
    if locked.set_aside_at is not None:
        raise Refused("scan_set_aside", f"Ten skan odłożono: {locked.set_aside_why}.", mend="Nic nie zapisano.")
    return locked


def scan_file(scan: IncomingScan) -> "ContentFile[bytes] | None":
    """The scan as the application keeps it."""
    if scan.document is None:
        return None
    return ContentFile(scan.document.content, name=f"wniosek.{ENDINGS[Kind(scan.document.kind)]}")


def hand_over(scan: IncomingScan, application: ConsentApplication) -> None:
    """The application keeps the scan from now on. The caller holds the scan's lock."""
    scan.application, scan.document = application, None
    scan.save(update_fields=["application", "document"])


def registered_before(form: PrintedForm) -> Sequence[ConsentApplication]:
    """The applications of that form's number which were not rejected. A shared blank form has none: people copy it."""
    if form.is_shared:
        return []
    others = form.applications.exclude(state=ApplicationState.REJECTED).select_related("registered_by")
    return list(others.order_by("pk"))


def take_form(form: PrintedForm, *, is_copy: bool) -> None:
    """The form under lock. Raises Refused `form_registered` when it came back before, unless this *is_copy*."""
    PrintedForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    before = registered_before(form)
    if before and not is_copy:
        raise Refused(
            "form_registered",
            told_registered(before[0]),
            where="is_copy",
            mend="Jeśli masz w ręku inny papier z tym samym numerem, potwierdź to.",
        )


def told_registered(application: ConsentApplication) -> str:
    """Who registered the form's number before, in words."""
    who = application.registered_by.get_full_name() if application.registered_by else "urząd"
    return f"Formularz o tym numerze jest już zarejestrowany: wniosek nr {application.pk} ({who})."
