"""What the portal knows of an account itself: for whoever acts for nobody, or only for others (art. 15 and 20 RODO)."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import PurePath

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from core.dates import format_date
from residents.disclosure import Attachment, Column, Section, Shape, Table
from residents.models import (
    AccessRecord,
    Account,
    AttorneyRequest,
    Claim,
    DataRequest,
    KnownDevice,
    Mandate,
    Notice,
    OpenSession,
)
from residents.notices import TEXTS
from residents.own_section import read_file

FACTORS = {"totp": "aplikacja z kodami", "recovery_codes": "kody zapasowe", "webauthn": "klucz dostępu"}


def _account(key: int) -> Iterable[Sequence[object]]:
    return Account.objects.filter(pk=key).values_list("email", "full_name", "date_joined", "last_login")


def _addresses(key: int) -> Iterable[Sequence[object]]:
    for one in EmailAddress.objects.filter(user=key).order_by("pk"):
        yield one.email, "potwierdzony" if one.verified else "niepotwierdzony"


def _ways_in(key: int) -> Iterable[Sequence[object]]:
    for factor in Authenticator.objects.filter(user=key).order_by("pk"):
        yield FACTORS.get(factor.type, factor.type), factor.created_at, factor.last_used_at
    for tie in SocialAccount.objects.filter(user=key).order_by("pk"):
        yield tie.get_provider().name, tie.date_joined, tie.last_login


def _sessions(key: int) -> Iterable[Sequence[object]]:
    sessions = OpenSession.objects.filter(account=key).order_by("began_at")
    return sessions.values_list("device", "address", "began_at", "last_seen_at")


def _devices(key: int) -> Iterable[Sequence[object]]:
    return KnownDevice.objects.filter(account=key).order_by("pk").values_list("first_seen_at", "last_seen_at")


def _notices(key: int) -> Iterable[Sequence[object]]:
    for notice in Notice.objects.filter(account=key).order_by("made_at", "pk"):
        yield TEXTS[notice.kind][0] if notice.kind in TEXTS else notice.kind, notice.made_at, notice.sent_at


def _mandates(key: int) -> Iterable[Sequence[object]]:
    for mandate in Mandate.objects.filter(account=key).select_related("payer").order_by("valid_from", "pk"):
        yield (
            *(mandate.payer.name, mandate.get_basis_display(), mandate.get_scope_display()),
            *(mandate.valid_from, mandate.valid_until, mandate.confirmed_how, mandate.revoked_at),
        )


def _attorney_requests(key: int) -> Iterable[Sequence[object]]:
    for asked in AttorneyRequest.objects.filter(account=key).order_by("asked_at", "pk"):
        yield (
            *(asked.principal, asked.number, asked.get_scope_display(), asked.asked_at),
            *(asked.get_state_display(), asked.decided_at, asked.reason),
        )


def _claims(key: int) -> Iterable[Sequence[object]]:
    for claim in Claim.objects.filter(account=key).select_related("payer").order_by("claimed_at", "pk"):
        yield claim.payer.name, claim.how, claim.claimed_at, claim.get_state_display(), claim.decided_at, claim.reason


def _requests(key: int) -> Iterable[Sequence[object]]:
    for asked in DataRequest.objects.filter(account=key).order_by("asked_at", "pk"):
        yield asked.get_kind_display(), asked.wish, asked.asked_at, asked.get_state_display(), asked.answer


def _looks(key: int) -> Iterable[Sequence[object]]:
    looks = AccessRecord.objects.filter(account=key).order_by("-at", "-pk")
    return looks.values_list("at", "payer__name", "what", "address").iterator(chunk_size=1000)


def _scans(key: int) -> Iterable[Attachment]:
    for asked in AttorneyRequest.objects.filter(account=key).exclude(scan="").order_by("-pk"):
        suffix = PurePath(str(asked.scan.name)).suffix
        label = f"Pełnomocnictwo złożone {format_date(timezone.localdate(asked.asked_at))}"
        yield Attachment(f"pelnomocnictwo-{asked.pk}{suffix}", label, partial(read_file, asked.scan))


ACCOUNT_SECTION = Section(
    code="account",
    name="Twoje konto w portalu",
    tables=(
        Table(
            "account",
            "Konto",
            (
                Column("email", "E-mail do logowania"),
                Column("full_name", "Imię i nazwisko"),
                Column("joined_at", "Założono", Shape.MOMENT),
                Column("last_sign_in_at", "Ostatnie logowanie", Shape.MOMENT),
            ),
            _account,
        ),
        Table("addresses", "Adresy e-mail", (Column("email", "Adres"), Column("state", "Stan")), _addresses),
        Table(
            "ways_in",
            "Drugi składnik i serwisy logowania",
            (
                Column("kind", "Rodzaj"),
                Column("since", "Od", Shape.MOMENT),
                Column("last_used_at", "Ostatnio użyto", Shape.MOMENT),
            ),
            _ways_in,
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
            "W czyim imieniu działasz i działano z tego konta",
            (
                Column("payer", "W czyim imieniu"),
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
            "Złożone pełnomocnictwa",
            (
                Column("principal", "Mocodawca"),
                Column("number", "Jego numer, do decyzji"),
                Column("scope", "Zakres"),
                Column("asked_at", "Złożono", Shape.MOMENT),
                Column("state", "Stan"),
                Column("decided_at", "Rozpatrzono", Shape.MOMENT),
                Column("reason", "Powód odmowy"),
            ),
            _attorney_requests,
        ),
        Table(
            "claims",
            "Sporne potwierdzenia tożsamości",
            (
                Column("payer", "Kogo dotyczy"),
                Column("how", "Jak potwierdzono"),
                Column("claimed_at", "Zgłoszono", Shape.MOMENT),
                Column("state", "Stan"),
                Column("decided_at", "Rozstrzygnięto", Shape.MOMENT),
                Column("reason", "Uzasadnienie"),
            ),
            _claims,
        ),
        Table(
            "requests",
            "Wnioski o dane złożone z tego konta",
            (
                Column("kind", "Czego dotyczy"),
                Column("wish", "Treść"),
                Column("asked_at", "Złożono", Shape.MOMENT),
                Column("state", "Stan"),
                Column("answer", "Odpowiedź"),
            ),
            _requests,
        ),
        Table(
            "looks",
            "Co oglądano z tego konta",
            (
                Column("at", "Kiedy", Shape.MOMENT),
                Column("payer", "Czyje dane"),
                Column("what", "Co"),
                Column("address", "Adres IP"),
            ),
            _looks,
        ),
    ),
    attachments=_scans,
)
