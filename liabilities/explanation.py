"""Why this amount: each entry of an instalment, each payment and how it was split, each rounding, in plain Polish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from core.dates import format_date
from core.money import format_pln
from core.pdf import render_pdf
from liabilities.allocation import CIVIL, split
from liabilities.figures import Figures, figures
from liabilities.interest import Interest
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.queries import OpenDue, entries_of, seen_on
from liabilities.regimes import Regime, extra_label
from residents.models import Payer

NOTHING = Decimal("0.00")
EXTRA = frozenset({LedgerAccount.INTEREST, LedgerAccount.SURCHARGE, LedgerAccount.FEE})
PAYING = frozenset({EntryKind.PAYMENT, EntryKind.SET_OFF})


@dataclass(frozen=True)
class PaidPart:
    """One payment of an instalment, in złoty: what it paid, and the interest due on its day, with its steps."""

    value_on: date
    amount: Decimal
    principal: Decimal
    extra: Decimal
    costs: Decimal
    then: Interest | None
    split_words: str
    rounding: str
    extra_label: str
    is_set_off: bool
    is_reversed: bool


@dataclass(frozen=True)
class Explanation:
    """An instalment as of a day, and how it came to be what it is."""

    due: OpenDue
    on: date
    entries: tuple[LedgerEntry, ...]
    payments: tuple[PaidPart, ...]
    rounding: str
    licence: str
    relief: tuple[str, ...]


def explain(instalment: Instalment, *, on: date) -> Explanation:
    """Why the instalment (with liability and kind at hand) is what it is *on* a day; a constant number of queries."""
    due = seen_on([instalment], on=on)[0]
    entries = tuple(entries_of(instalment.pk))
    regime = Regime(instalment.liability.kind.regime)
    payments = tuple(_payments(instalment, entries, figures(), regime))
    return Explanation(
        due, on, entries, payments, rounding_words(due.interest, regime), licence_words(due), tuple(relief_words(due))
    )


def explanation_pdf(instalment: Instalment, payer: Payer, *, on: date) -> bytes:
    """The explanation as PDF/UA, for its payer. It bears no PESEL."""
    return render_pdf("pdf/due.html", {"why": explain(instalment, on=on), "payer": payer})


def _payments(instalment: Instalment, entries: Sequence[LedgerEntry], law: Figures, regime: Regime) -> "list[PaidPart]":
    """Payments and set-offs in the order of booking, each with what was open before it."""
    found, principal, costs = [], NOTHING, NOTHING
    undone = {entry.reverses_id for entry in entries}
    for _, group in groupby(entries, key=attrgetter("reference")):
        event = list(group)
        paid = {entry.account: -entry.amount for entry in event if entry.kind in PAYING}
        if paid:
            part = _part(instalment, paid, event[0].value_on, law, regime, principal, costs)
            is_set_off = any(entry.kind == EntryKind.SET_OFF for entry in event)
            is_reversed = any(entry.pk in undone for entry in event)
            found.append(replace(part, is_set_off=is_set_off, is_reversed=is_reversed))
        principal += sum((entry.amount for entry in event if entry.account == LedgerAccount.PRINCIPAL), NOTHING)
        costs += sum((entry.amount for entry in event if entry.account == LedgerAccount.COSTS), NOTHING)
    return found


def _part(
    instalment: Instalment,
    paid: dict[str, Decimal],
    value_on: date,
    law: Figures,
    regime: Regime,
    principal: Decimal,
    costs: Decimal,
) -> PaidPart:
    extra = sum((paid.get(account, NOTHING) for account in EXTRA), NOTHING)
    amount = sum(paid.values(), NOTHING)
    then = None
    if paid.get(LedgerAccount.INTEREST):
        counted = law.interest(principal, payable_by=instalment.payable_by, on=value_on, regime=regime)
        again = split(amount, principal=principal, interest=counted.amount, costs=costs, regime=regime)
        # Figures mended since would tell another story: then the steps are left out rather than made to fit.
        then = counted if again.interest == extra else None
    return PaidPart(
        value_on,
        amount,
        paid.get(LedgerAccount.PRINCIPAL, NOTHING),
        extra,
        paid.get(LedgerAccount.COSTS, NOTHING),
        then,
        _split_words(extra, then, regime),
        rounding_words(then, regime) if then else "",
        extra_label(regime, has_fee=bool(paid.get(LedgerAccount.FEE))),
        is_set_off=False,
        is_reversed=False,
    )


def _split_words(extra: Decimal, then: Interest | None, regime: Regime) -> str:
    """How a payment that did not cover everything was divided; '' when there was nothing to divide."""
    if not extra or then is None or extra == then.amount:
        return ""
    if regime in CIVIL:
        return "Wpłata była mniejsza niż dług, więc najpierw pokryła odsetki (Kodeks cywilny, art. 451 § 1)."
    return (
        "Wpłata była mniejsza niż dług, więc podzieliliśmy ją proporcjonalnie między należność i odsetki "
        "(Ordynacja podatkowa, art. 55 § 2)."
    )


def rounding_words(interest: Interest, regime: Regime) -> str:
    """How the sum of the periods became the interest; '' when none ran."""
    if not interest.periods:
        return ""
    exact = f"{interest.unrounded:f}".replace(".", ",")
    if regime is not Regime.TAX:
        return f"Suma okresów to {exact}\u00a0zł, po zaokrągleniu do grosza {format_pln(interest.amount)}."
    if interest.waived_below is not None:
        return (
            f"Suma okresów to {exact}\u00a0zł. Nie przekracza {format_pln(interest.waived_below)}, więc odsetek "
            "nie naliczamy (Ordynacja podatkowa, art. 54 § 1 pkt 5)."
        )
    return (
        f"Suma okresów to {exact}\u00a0zł. Odsetki podatkowe zaokrągla się raz, do pełnych złotych: do 49 groszy w "
        f"dół, od 50 groszy w górę (Ordynacja podatkowa, art. 63 § 1). Razem {format_pln(interest.amount)}."
    )


def relief_words(due: OpenDue) -> Iterator[str]:
    """What decisions did to the due, in plain words; nothing for a due that none touched."""
    if due.relief and due.is_missed and due.first_term:
        yield (
            f"Podstawa: {due.relief}. Termin z decyzji ({format_date(due.payable_by)}) minął bez zapłaty, więc w tej "
            f"części decyzja wygasła: odsetki liczą się od pierwotnego terminu, {format_date(due.first_term)}, a "
            "opłaty prolongacyjnej nie ma (Ordynacja podatkowa, art. 49 § 2, art. 259 § 1)."
        )
    elif due.relief and due.first_term:
        yield (
            f"Podstawa: {due.relief}. Pierwotny termin: {format_date(due.first_term)}. Jeśli zapłacisz do "
            f"{format_date(due.payable_by)}, odsetki nie wzrosną: są takie jak w dniu wniosku "
            f"({format_pln(due.interest.amount)})."
        )
    elif due.relief:
        yield f"Podstawa: {due.relief}. Ta decyzja już nie obowiązuje: termin jest znowu pierwotny."
    if due.fee:
        yield (
            f"Opłata prolongacyjna za nowy termin to {format_pln(due.fee)}, "
            "liczona według stawki z dnia decyzji, w pełnych złotych (Ordynacja podatkowa, art. 57)."
        )
    if due.interest.remitted:
        yield f"Z odsetek umorzono {format_pln(due.interest.remitted)} (Ordynacja podatkowa, art. 67a § 1 pkt 3)."


def licence_words(due: OpenDue) -> str:
    """What being late does to an alcohol licence; '' for other dues and in time."""
    late = due.interest.licence
    if late is None:
        return ""
    basis = "(ustawa o wychowaniu w trzeźwości, art. 18 ust. 12b)"
    if late.is_expired:
        return (
            f"Opłaty nie wniesiono do {format_date(late.grace_until)}, czyli w ciągu 30 dni po terminie: zezwolenie "
            f"wygasło {basis}. Skontaktuj się z urzędem, zanim zapłacisz."
        )
    return (
        f"Termin minął. Zezwolenie zachowasz, jeśli do {format_date(late.grace_until)} zapłacisz ratę i opłatę "
        f"dodatkową: 30% opłaty rocznej ({format_pln(late.yearly_fee)}), czyli {format_pln(late.whole_surcharge)} "
        f"{basis}. Odsetek się nie nalicza."
    )
