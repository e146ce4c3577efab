"""A file signed electronically, by whatever way it came: stored raw, judged, accepted at once or left to a clerk."""

from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from consents import clause
from consents.actions import accept_application, register_application
from consents.models import ConsentApplication, SignedFile, SignedFileState
from consents.queries import accepted_applications
from consents.signatures.trust import Trust
from consents.signed_document import CheckedFile, agreed, check_file
from consents.signed_evidence import evidence_of, stored_report
from core import audit
from core.actor import Actor
from core.documents.arriving import store_document
from core.documents.kinds import ENDINGS, Kind
from core.errors import Refused
from core.models import StoredDocument
from residents.identity import IdentityNumber
from residents.queries import find_payer

KINDS = frozenset({Kind.PDF, Kind.XML})
SIGN_FIRST = "Podpisz go podpisem zaufanym albo kwalifikowanym i wyślij jeszcze raz."
KNOWN = "Wniosek z tym podpisem jest już zarejestrowany."
FILE_HELP = "Plik PDF albo XML z podpisem elektronicznym, do 10 MB."
UNKNOWN_CLAUSE = "Wniosek ma klauzulę w wersji, której urząd nie zna."
LATER = "Ta osoba podpisała później inny wniosek; o kolejności zdecyduje pracownik."
OLD = "Podpis jest starszy niż rok."
OLDEST_DAYS = 365


def receive_signed_file(
    content: bytes,
    *,
    name: str,
    arrived_by: str,
    trust: Trust,
    by: Actor,
    at: datetime,
    document_number: str = "",
) -> SignedFile:
    """Store a signed file as its sender *name*d it, then as `receive_signed_document`.

    Raises Refused as core.documents.arriving.store_document, for what is no PDF nor XML, and `not_signed`.
    """
    with transaction.atomic():
        document = store_document(content, name=name, by=by, at=at, kinds=KINDS)
        return receive_signed_document(
            document, arrived_by=arrived_by, trust=trust, by=by, at=at, document_number=document_number
        )


def receive_signed_document(
    document: StoredDocument,
    *,
    arrived_by: str,
    trust: Trust,
    by: Actor,
    at: datetime,
    document_number: str = "",
    received_on: date | None = None,
    beside: StoredDocument | None = None,
) -> SignedFile:
    """Judge a signed PDF or XML that is stored, and accept its application when everything agrees; else it waits for a
    clerk with the reasons.

    *beside* is the document of a signature that came in a file of its own, kept byte for byte.
    The same bytes again give the row that is there. *arrived_by* is an ArrivalWay, *document_number* the number under
    which ePUAP or e-Doręczenia brought it. Raises Refused `not_signed`: such a document is no signed application.
    """
    if known := SignedFile.objects.filter(sha256=document.sha256).first():
        return known
    content = beside.content if beside else None
    checked, number = agreed(check_file(document.content, trust=trust, at=at, beside=content), at=at)
    if not checked.is_signed:
        raise Refused("not_signed", "Ten plik nie jest podpisany elektronicznie.", where="file", mend=SIGN_FIRST)
    with transaction.atomic():
        stored, is_new = SignedFile.objects.get_or_create(
            sha256=document.sha256,
            defaults={
                "document": document,
                "beside": beside,
                "digest": checked.digest,
                "arrived_by": arrived_by,
                "document_number": document_number.strip(),
                "received_on": received_on or timezone.localdate(at),
                "stored_at": at,
                "stored_by_name": by.name,
                "stored_by_id": by.account_id,
                "report": stored_report(checked),
            },
        )
        if is_new:
            audit.record("receive_signed_file", f"signed_file:{stored.pk}", by=by, valid=checked.report.valid)
            _accept_if_agreed(stored, checked, number, by=by, at=at)
    return stored


def _accept_if_agreed(
    stored: SignedFile, checked: CheckedFile, number: IdentityNumber | None, *, by: Actor, at: datetime
) -> None:
    faults = [*checked.faults, *(_doubts(checked, number, at=at) if number else [])]
    if number is not None and not faults and checked.report.valid:
        try:
            with transaction.atomic():
                application = _register(stored, checked, number, by=by, at=at)
                accept_application(application, by=by, at=at)
                _decide(stored, SignedFileState.ACCEPTED, application, by=by, at=at)
        except Refused as refusal:
            faults = [str(refusal)]
        else:
            return
    stored.report = {**stored.report, "reasons": list(dict.fromkeys([*faults, *checked.report.notes]))}
    stored.save(update_fields=["report"])


def _doubts(checked: CheckedFile, number: IdentityNumber, *, at: datetime) -> list[str]:
    """What lets no machine accept it although the signature stands."""
    doubts = [KNOWN] if _is_known(checked.digest) else []
    signed_at = checked.report.signed_at
    if checked.said.clause_version not in clause.TEXTS:
        doubts.append(UNKNOWN_CLAUSE)
    if signed_at is not None and (at - signed_at).days > OLDEST_DAYS:
        doubts.append(OLD)
    # What the register knows is told to nobody but the signer: anybody may send a file that names a number.
    payer = find_payer(number) if checked.report.valid else None
    ruling = accepted_applications(payer.pk).first() if payer else None
    if ruling is not None and signed_at is not None and ruling.signed_at is not None and ruling.signed_at > signed_at:
        doubts.append(LATER)
    return doubts


def _is_known(digest: str) -> bool:
    return bool(digest) and SignedFile.objects.filter(digest=digest, application__isnull=False).exists()


def _register(
    stored: SignedFile, checked: CheckedFile, number: IdentityNumber, *, by: Actor, at: datetime
) -> ConsentApplication:
    signed_at = min(checked.report.signed_at or at, at)  # a clock that runs fast
    return register_application(
        number=number,
        name=checked.said.name,
        phone=checked.said.phone,
        email=checked.said.email,
        choices=checked.said.choices,
        signed_on=timezone.localdate(signed_at),
        arrived_by=stored.arrived_by,
        received_on=stored.received_on,
        scan=_evidence_file(stored, checked),
        by=by,
        at=at,
        signed_at=signed_at,
        evidence=evidence_of(checked, stored, at=at),
        clause_version=checked.said.clause_version if checked.said.clause_version in clause.TEXTS else clause.VERSION,
    )


def _evidence_file(stored: SignedFile, checked: CheckedFile) -> "ContentFile[bytes]":
    """What the application keeps: the signed file, or a ZIP of the signature and the document that lay beside it."""
    if stored.beside is None:
        return ContentFile(stored.document.content, f"wniosek.{checked.ending}")
    made = BytesIO()
    with ZipFile(made, "w") as together:
        ending = ENDINGS[Kind(stored.beside.kind)]
        for name, content in ((f"wniosek.{ending}", stored.beside.content), ("podpis.xml", stored.document.content)):
            together.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return ContentFile(made.getvalue(), "wniosek.zip")


def _decide(
    stored: SignedFile,
    state: str,
    application: ConsentApplication | None,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
) -> None:
    stored.state, stored.application, stored.closed_why = state, application, why
    stored.decided_at, stored.decided_by_name = at, by.name
    stored.save(update_fields=["state", "application", "closed_why", "decided_at", "decided_by_name"])
    audit.record("decide_signed_file", f"signed_file:{stored.pk}", by=by, state=str(state))


def _locked(stored: SignedFile) -> SignedFile:
    locked = SignedFile.objects.select_for_update(of=("self",)).get(pk=stored.pk)
    if locked.state != SignedFileState.WAITING:
        raise Refused("already_decided", "Ten plik jest już rozpatrzony.")
    return locked


def draft_from_file(stored: SignedFile, *, trust: Trust, by: Actor, at: datetime) -> ConsentApplication:
    """A draft of what a waiting file's document says, for a clerk to check, mend and accept; the file is its scan.

    Raises Refused `already_decided`, `signature_known`, `file_unreadable` when the document gives no application, and
    as `register_application`.
    """
    with transaction.atomic():
        locked = _locked(stored)
        content = locked.beside.content if locked.beside else None
        checked, number = agreed(check_file(locked.document.content, trust=trust, at=at, beside=content), at=at)
        if number is None or not checked.said.name:
            raise Refused(
                "file_unreadable",
                "Z tego pliku nie da się odczytać danych wniosku.",
                mend="Otwórz plik i zarejestruj wniosek ręcznie, a plik odłóż.",
            )
        if _is_known(locked.digest):
            raise Refused("signature_known", KNOWN, mend="Odłóż ten plik.")
        application = _register(locked, checked, number, by=by, at=at)
        _decide(locked, SignedFileState.REGISTERED, application, by=by, at=at)
    return application


def close_file(stored: SignedFile, *, why: str, by: Actor, at: datetime) -> None:
    """Set a waiting file aside. Raises Refused `reason_missing`, `already_decided`."""
    if not why.strip():
        raise Refused("reason_missing", "Podaj, dlaczego odkładasz ten plik.", where="why")
    with transaction.atomic():
        _decide(_locked(stored), SignedFileState.CLOSED, None, by=by, at=at, why=why.strip())
