"""What this floor knows of a payer: who they are, how they are reached, who acts for them, who looked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import PurePath

from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from core.actor import Actor
from core.dates import format_date
from residents.disclosure import Attachment, Column, Kept, Section, Shape, Table
from residents.identity_erasure import close_accounts, forget_contacts
from residents.models import (
    AccessRecord,
    Account,
    AttorneyRequest,
    Claim,
    ConfirmationCode,
    Contact,
    KnownDevice,
    Mandate,
    Notice,
    OpenSession,
    Payer,
    PayerMerge,
)
from residents.models.mandate import Basis
from residents.notices import TEXTS
from residents.queries import requests_of, same_person


def _payer(payer_id: int) -> Iterable[Sequence[object]]:
    for payer in Payer.objects.same_as(payer_id).order_by("pk"):
        yield (
            *(payer.number, payer.get_kind_display(), payer.name, payer.pesel, payer.nip, payer.regon, payer.krs),
            *(payer.town_number, payer.birth_date, payer.deceased_on),
            *(payer.street, payer.postal_code, payer.city, payer.registered_at),
        )


def _contacts(payer_id: int) -> Iterable[Sequence[object]]:
    for contact in Contact.objects.filter(payer_id__in=same_person(payer_id)).order_by("kind"):
        yield contact.get_kind_display(), contact.address, contact.source, contact.since


def own_accounts(payer_id: int) -> list[Account]:
    """The accounts whose owner is the payer."""
    own = {
        "mandates__payer_id__in": same_person(payer_id),
        "mandates__basis": Basis.SELF,
        "mandates__revoked_at__isnull": True,
    }
    return list(Account.objects.filter(**own).distinct().order_by("pk"))


def _accounts(payer_id: int) -> Iterable[Sequence[object]]:
    for account in own_accounts(payer_id):
        yield account.email, account.full_name, account.date_joined, account.last_login


def _sessions(payer_id: int) -> Iterable[Sequence[object]]:
    for session in OpenSession.objects.filter(account__in=own_accounts(payer_id)).order_by("began_at"):
        yield session.device, session.address, session.began_at, session.last_seen_at


def _devices(payer_id: int) -> Iterable[Sequence[object]]:
    devices = KnownDevice.objects.filter(account__in=own_accounts(payer_id)).order_by("first_seen_at")
    return devices.values_list("first_seen_at", "last_seen_at")


def _notices(payer_id: int) -> Iterable[Sequence[object]]:
    for notice in Notice.objects.filter(account__in=own_accounts(payer_id)).order_by("made_at", "pk"):
        yield TEXTS[notice.kind][0] if notice.kind in TEXTS else notice.kind, notice.made_at, notice.sent_at


def _mandates(payer_id: int) -> Iterable[Sequence[object]]:
    for mandate in (
        Mandate.objects.filter(payer_id__in=same_person(payer_id))
        .select_related("account")
        .order_by("valid_from", "pk")
    ):
        yield (
            *(mandate.account.get_full_name(), mandate.get_basis_display(), mandate.get_scope_display()),
            *(mandate.valid_from, mandate.valid_until, mandate.confirmed_how, mandate.revoked_at),
        )


def _attorney_requests(payer_id: int) -> Iterable[Sequence[object]]:
    filed = AttorneyRequest.objects.filter(payer_id__in=same_person(payer_id)).select_related("account")
    for asked in filed.order_by("asked_at", "pk"):
        yield (
            *(asked.account.get_full_name(), asked.get_scope_display(), asked.asked_at),
            *(asked.get_state_display(), asked.decided_at),
        )


def _merges(payer_id: int) -> Iterable[Sequence[object]]:
    records = same_person(payer_id)
    merges = PayerMerge.objects.filter(Q(kept__in=records) | Q(duplicate__in=records)).order_by("at", "pk")
    for merge in merges.select_related("kept", "duplicate", "undo"):
        undo = getattr(merge, "undo", None)
        yield merge.at, merge.kept.number, merge.duplicate.number, merge.reason, undo and undo.at


def _mandate_scans(payer_id: int) -> Iterable[Attachment]:
    for mandate in Mandate.objects.filter(payer_id__in=same_person(payer_id)).exclude(scan="").order_by("-pk"):
        suffix = PurePath(str(mandate.scan.name)).suffix
        yield Attachment(
            f"pelnomocnictwo-{mandate.pk}{suffix}",
            f"Pełnomocnictwo z {format_date(timezone.localdate(mandate.valid_from))}",
            partial(read_file, mandate.scan),
        )


def read_file(field: FieldFile) -> bytes | None:
    """What a file field holds; None when the file is not there any more."""
    try:
        with field.open("rb") as stored:
            content: bytes = stored.read()
    except (FileNotFoundError, ValueError):
        return None
    return content


def _codes(payer_id: int) -> Iterable[Sequence[object]]:
    codes = ConfirmationCode.objects.filter(payer_id__in=same_person(payer_id)).order_by("issued_at")
    return codes.values_list("issued_at", "expires_at", "used_at")


def _claims(payer_id: int) -> Iterable[Sequence[object]]:
    for claim in Claim.objects.filter(payer_id__in=same_person(payer_id)).order_by("claimed_at"):
        yield claim.claimed_at, claim.how, claim.get_state_display(), claim.decided_at


def _requests(payer_id: int) -> Iterable[Sequence[object]]:
    for asked in requests_of(payer_id):
        yield (
            *(asked.get_kind_display(), asked.wish, asked.asked_at, asked.answer_by),
            *(asked.get_state_display(), asked.decided_at, asked.answer),
        )


def _looks(payer_id: int) -> Iterable[Sequence[object]]:
    looks = AccessRecord.objects.filter(payer_id__in=same_person(payer_id)).order_by("-at", "-pk")
    return looks.values_list("at", "account_name", "what", "basis", "reason").iterator(chunk_size=1000)


def _kept(payer_id: int, on: date) -> Iterable[Kept]:
    newest = AccessRecord.objects.filter(payer_id__in=same_person(payer_id)).order_by("-at").first()
    if newest is not None:
        yield Kept(
            what="zapis, kto i kiedy przeglądał Twoje dane",
            basis="rozporządzenie w sprawie Krajowych Ram Interoperacyjności (dzienniki systemów)",
            why="przepis każe przechowywać takie zapisy przez dwa lata; chronią one Ciebie",
            until=_years_later(timezone.localdate(newest.at), 2),
            names_payer=False,
        )


def _years_later(day: date, years: int) -> date:
    """The same day of a later year; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    contacts = forget_contacts(payer_id, by=by)
    return {"contacts": contacts, "accounts": close_accounts(payer_id, by=by, at=at)}


SECTION = Section(
    code="residents",
    name="Kim jesteś i kto działa w Twoim imieniu",
    tables=(
        Table(
            "payer",
            "Dane w urzędzie",
            (
                Column("number", "Numer w urzędzie"),
                Column("kind", "Rodzaj"),
                Column("name", "Imię i nazwisko lub nazwa"),
                Column("pesel", "PESEL"),
                Column("nip", "NIP"),
                Column("regon", "REGON"),
                Column("krs", "KRS"),
                Column("town_number", "Numer nadany przez gminę"),
                Column("birth_date", "Data urodzenia", Shape.DAY),
                Column("deceased_on", "Data śmierci", Shape.DAY),
                Column("street", "Ulica i numer"),
                Column("postal_code", "Kod pocztowy"),
                Column("city", "Miejscowość"),
                Column("registered_at", "Zapisano w portalu", Shape.MOMENT),
            ),
            _payer,
        ),
        Table(
            "contacts",
            "Telefon i e-mail do powiadomień",
            (
                Column("kind", "Rodzaj"),
                Column("address", "Adres lub numer"),
                Column("source", "Skąd"),
                Column("since", "Od", Shape.MOMENT),
            ),
            _contacts,
        ),
        Table(
            "accounts",
            "Twoje konto w portalu",
            (
                Column("email", "E-mail do logowania"),
                Column("full_name", "Imię i nazwisko"),
                Column("joined_at", "Założono", Shape.MOMENT),
                Column("last_sign_in_at", "Ostatnie logowanie", Shape.MOMENT),
            ),
            _accounts,
        ),
        Table(
            "sessions",
            "Gdzie jesteś zalogowany(-a)",
            (
                Column("device", "Urządzenie"),
                Column("address", "Adres IP"),
                Column("began_at", "Zalogowano", Shape.MOMENT),
                Column("last_seen_at", "Ostatnio widziano", Shape.MOMENT),
            ),
            _sessions,
        ),
        Table(
            "devices",
            "Przeglądarki, z których się logowano",
            (
                Column("first_seen_at", "Pierwszy raz", Shape.MOMENT),
                Column("last_seen_at", "Ostatni raz", Shape.MOMENT),
            ),
            _devices,
        ),
        Table(
            "notices",
            "Zawiadomienia o koncie",
            (
                Column("subject", "Temat"),
                Column("made_at", "Napisano", Shape.MOMENT),
                Column("sent_at", "Wysłano", Shape.MOMENT),
            ),
            _notices,
        ),
        Table(
            "mandates",
            "Kto może działać w Twoim imieniu",
            (
                Column("who", "Kto"),
                Column("basis", "Podstawa"),
                Column("scope", "Zakres"),
                Column("valid_from", "Od", Shape.MOMENT),
                Column("valid_until", "Do", Shape.MOMENT),
                Column("confirmed_how", "Jak potwierdzono"),
                Column("revoked_at", "Odwołano", Shape.MOMENT),
            ),
            _mandates,
        ),
        Table(
            "attorney_requests",
            "Pełnomocnictwa złożone w portalu, w których wskazano Ciebie",
            (
                Column("who", "Kto złożył"),
                Column("scope", "Zakres"),
                Column("asked_at", "Złożono", Shape.MOMENT),
                Column("state", "Stan"),
                Column("decided_at", "Rozpatrzono", Shape.MOMENT),
            ),
            _attorney_requests,
        ),
        Table(
            "merges",
            "Wpisy, które połączono w jeden",
            (
                Column("at", "Kiedy", Shape.MOMENT),
                Column("kept", "Wpis, który został"),
                Column("duplicate", "Wpis połączony"),
                Column("reason", "Dlaczego"),
                Column("undone_at", "Cofnięto", Shape.MOMENT),
            ),
            _merges,
        ),
        Table(
            "codes",
            "Kody potwierdzające tożsamość",
            (
                Column("issued_at", "Wydano", Shape.MOMENT),
                Column("expires_at", "Ważny do", Shape.MOMENT),
                Column("used_at", "Użyto", Shape.MOMENT),
            ),
            _codes,
        ),
        Table(
            "claims",
            "Sporne potwierdzenia tożsamości",
            (
                Column("claimed_at", "Zgłoszono", Shape.MOMENT),
                Column("how", "Jak potwierdzono"),
                Column("state", "Stan"),
                Column("decided_at", "Rozstrzygnięto", Shape.MOMENT),
            ),
            _claims,
        ),
        Table(
            "requests",
            "Twoje wnioski o dane",
            (
                Column("kind", "Czego dotyczy"),
                Column("wish", "Treść"),
                Column("asked_at", "Złożono", Shape.MOMENT),
                Column("answer_by", "Odpowiedź do", Shape.DAY),
                Column("state", "Stan"),
                Column("decided_at", "Rozpatrzono", Shape.MOMENT),
                Column("answer", "Odpowiedź"),
            ),
            _requests,
        ),
        Table(
            "looks",
            "Kto przeglądał Twoje dane",
            (
                Column("at", "Kiedy", Shape.MOMENT),
                Column("who", "Kto"),
                Column("what", "Co"),
                Column("basis", "Na jakiej podstawie"),
                Column("reason", "Po co"),
            ),
            _looks,
        ),
    ),
    attachments=_mandate_scans,
    kept=_kept,
    erased=(
        "telefon i e-mail do powiadomień",
        "Twoje konto: hasło, klucze i imię zaraz, adres e-mail po wysłaniu potwierdzenia",
        "umocowania innych osób do działania w Twoim imieniu (przestają obowiązywać) i pełnomocnictwa do rozpatrzenia",
    ),
    erase=_erase,
)
