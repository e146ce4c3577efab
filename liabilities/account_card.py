"""The account card (karta kontowa): a payer's entries by the day of booking, with the running balance.

The balance counts principal, interest and costs as booked; over all kinds it counts the payer's credit too. Interest
that runs and is not paid is not booked, so it is not in it. A card opens as fast with a million entries as with ten:
its end comes from the sums that the ledger keeps, and only the lines shown are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils import timezone

from core.dates import WARSAW, midnight
from liabilities.in_transit import InTransit, in_transit
from liabilities.models import DueKind, Instalment, LedgerAccount, LedgerEntry, Liability, LiabilityBearer
from residents.models import PayerMerge
from residents.queries import same_person

NOTHING = Decimal("0.00")
LINES = 100
ON_THE_INSTALMENT = (LedgerAccount.PRINCIPAL, LedgerAccount.COSTS)
BESIDE = (LedgerAccount.INTEREST, LedgerAccount.SURCHARGE)


@dataclass(frozen=True)
class CardChoice:
    """Which card: of one payer, of one kind of due or all, of one year of booking or all."""

    payer_id: int
    kind_code: str = ""
    year: int | None = None


@dataclass(frozen=True)
class CardLine:
    """One entry: what it charges or credits, in złoty (one of them is nothing), and the balance after it."""

    booked_on: date
    value_on: date
    kind: str
    account: str
    about: str
    instalment_id: int | None
    charged: Decimal
    credited: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Card:
    """A page of an account card, the newest line first; `opening` is the balance before its oldest line."""

    choice: CardChoice
    lines: tuple[CardLine, ...]
    opening: Decimal
    closing: Decimal
    page: int
    has_older: bool
    on_its_way: tuple[InTransit, ...]

    @property
    def sum_on_its_way(self) -> Decimal:
        """What is on its way, in złoty."""
        return sum((part.amount for part in self.on_its_way), NOTHING)

    @property
    def newer(self) -> int:
        """The page of newer lines; 0 when this is the newest."""
        return self.page - 1

    @property
    def older(self) -> int:
        """The page of older lines; 0 when there is none."""
        return self.page + 1 if self.has_older else 0


def _ids(payer_id: int) -> list[int]:
    return list(same_person(payer_id))


def _edges(year: int) -> tuple[datetime, datetime]:
    return midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))


def booked(payer_id: int) -> "QuerySet[LedgerEntry]":
    """Every entry of what is the payer's by now.

    Dues move when records are merged and part again, their entries stay where they were booked; of a due owed jointly,
    each sees what any of them paid. There an entry goes by its due. Elsewhere the payer's index alone finds them.
    """
    ids = _ids(payer_id)
    merges = PayerMerge.objects.filter(Q(kept__in=ids) | Q(duplicate__in=ids)).values_list("kept_id", "duplicate_id")
    near = {*ids, *(record for pair in merges for record in pair)}
    entries = LedgerEntry.objects.filter(payer_id__in=near)
    if len(near) == 1 and not _has_joint(ids):
        return entries
    own = LedgerEntry.objects.filter(instalment__isnull=True, payer_id__in=ids).values("pk")
    of_dues = LedgerEntry.objects.filter(instalment__liability_id__in=Liability.borne_by(ids)).values("pk")
    return LedgerEntry.objects.filter(pk__in=own.union(of_dues))


def _has_joint(ids: list[int]) -> bool:
    mine = Q(payer_id__in=ids) | Q(liability__payer_id__in=ids)
    return LiabilityBearer.objects.filter(mine).exists()


def _entries(choice: CardChoice) -> "QuerySet[LedgerEntry]":
    entries = booked(choice.payer_id)
    if choice.kind_code:
        entries = entries.filter(instalment__liability__kind_id=choice.kind_code)
    return entries


def _in_year(choice: CardChoice) -> "QuerySet[LedgerEntry]":
    entries = _entries(choice)
    if choice.year is None:
        return entries
    first, after = _edges(choice.year)
    return entries.filter(booked_at__gte=first, booked_at__lt=after)


def _sum(entries: "QuerySet[LedgerEntry]") -> Decimal:
    return entries.aggregate(total=Sum("amount"))["total"] or NOTHING


def _now(choice: CardChoice) -> Decimal:
    """The balance after the newest entry: the kept sums of instalments, and what is booked beside them."""
    ids = _ids(choice.payer_id)
    instalments = Instalment.objects.borne_by(ids)
    beside = Q(account__in=BESIDE)
    if choice.kind_code:
        instalments = instalments.filter(liability__kind_id=choice.kind_code)
    else:
        beside |= Q(account=LedgerAccount.CREDIT)
    kept = instalments.aggregate(total=Sum(F("outstanding") + F("costs")))["total"] or NOTHING
    return kept + _sum(_entries(choice).filter(beside))


def _closing(choice: CardChoice) -> Decimal:
    if choice.year is None:
        return _now(choice)
    return _now(choice) - _sum(_entries(choice).filter(booked_at__gte=_edges(choice.year)[1]))


def account_card(choice: CardChoice, *, page: int, at: datetime) -> Card:
    """A page of the card, the newest lines first; a page beyond the last one has no lines."""
    entries = _in_year(choice).order_by("-booked_at", "-pk")
    start = (page - 1) * LINES
    closing = _closing(choice)
    newer = _sum(LedgerEntry.objects.filter(pk__in=entries.values("pk")[:start])) if start else NOTHING
    shown = list(_told(entries)[start : start + LINES + 1])
    balance = closing - newer
    lines = []
    for entry in shown[:LINES]:
        lines.append(_line(entry, balance))
        balance -= entry.amount
    moving = [part for part in in_transit(choice.payer_id, at=at) if choice.kind_code in {"", part.kind_code}]
    return Card(choice, tuple(lines), balance, closing, page, len(shown) > LINES, tuple(moving))


def _told(entries: "QuerySet[LedgerEntry]") -> "QuerySet[LedgerEntry]":
    """With what a line says of each entry, and no more: most of the time goes into rows made of columns unread."""
    needed = ("booked_at", "value_on", "kind", "account", "amount", "instalment__number")
    return entries.select_related("instalment__liability").only(
        *needed, "instalment__liability__title", "instalment__liability__year"
    )


def _line(entry: LedgerEntry, balance: Decimal) -> CardLine:
    return CardLine(
        booked_on=timezone.localdate(entry.booked_at),
        value_on=entry.value_on,
        kind=entry.get_kind_display(),
        account=entry.get_account_display(),
        about=str(entry.instalment) if entry.instalment else "",
        instalment_id=entry.instalment_id,
        charged=max(entry.amount, NOTHING),
        credited=max(-entry.amount, NOTHING),
        balance=balance,
    )


def opening_balance(choice: CardChoice) -> Decimal:
    """The balance before the first line of the choice: nothing, or what earlier years left."""
    if choice.year is None:
        return NOTHING
    return _sum(_entries(choice).filter(booked_at__lt=_edges(choice.year)[0]))


def card_lines(choice: CardChoice) -> Iterator[CardLine]:
    """Every line of the choice, the oldest first, read as it is written out: memory stays small."""
    balance = opening_balance(choice)
    for entry in _told(_in_year(choice)).order_by("booked_at", "pk").iterator(chunk_size=1_000):
        balance += entry.amount
        yield _line(entry, balance)


def has_more_lines(choice: CardChoice, *, than: int) -> bool:
    """Whether the choice has more than so many lines."""
    return _in_year(choice).order_by()[than : than + 1].exists()


def kinds_of(payer_id: int) -> list[DueKind]:
    """The kinds of due of which the payer has, or had, any."""
    held = Instalment.objects.borne_by(_ids(payer_id)).values("liability__kind_id")
    return list(DueKind.objects.filter(pk__in=held).order_by("name"))


def years_of(payer_id: int) -> list[int]:
    """The years from the payer's first entry to the newest, the newest first."""
    entries = booked(payer_id).order_by("booked_at")
    in_years = entries.annotate(year=ExtractYear("booked_at", tzinfo=WARSAW)).values_list("year", flat=True)
    first, last = in_years.first(), in_years.last()
    return [] if first is None or last is None else list(range(last, first - 1, -1))


def read_choice(payer_id: int, kind_code: str, year: str, *, kinds: Iterable[DueKind]) -> CardChoice:
    """The choice that a page's address makes; what is no kind of the payer's, or no year, is passed over."""
    known = {kind.pk for kind in kinds}
    is_year = year.isascii() and year.isdigit() and len(year) == len("2026") and int(year) >= 1990
    return CardChoice(payer_id, kind_code if kind_code in known else "", int(year) if is_year else None)
