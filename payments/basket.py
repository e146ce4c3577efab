"""The basket: dues of several payers and kinds with what is paid of each, told apart by whose account takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from core.errors import Refused
from core.money import format_pln
from liabilities.allocation import split
from liabilities.models import Instalment
from liabilities.queries import NOTHING, Balance, OpenDue, interest_label, seen_on
from liabilities.regimes import Regime
from payments.wishes import Wish
from residents.models import Payer

MOST_LINES = 100


@dataclass(frozen=True)
class Item:
    """One due in a basket with what is paid of it, in złoty; the parts add up to `amount`.

    `problem` says why the part that the payer wants cannot be paid; the item then stands for the whole due.
    """

    due: OpenDue
    payer: Payer
    recipient: str
    amount: Decimal
    principal: Decimal
    extra: Decimal
    costs: Decimal
    problem: str = ""

    @property
    def is_part(self) -> bool:
        """Whether something of the due is left."""
        return self.amount < self.due.total

    @property
    def wish(self) -> Wish:
        """What to ask for to get this item again."""
        return Wish(self.due.instalment_id, self.amount if self.is_part else None)


@dataclass(frozen=True)
class Basket:
    """What is paid by one payment: items whose money one recipient takes, as of a day."""

    recipient: str
    items: tuple[Item, ...]

    @property
    def total(self) -> Balance:
        """What the items come to."""
        principal = sum((item.principal for item in self.items), NOTHING)
        interest = sum((item.extra for item in self.items), NOTHING)
        costs = sum((item.costs for item in self.items), NOTHING)
        label = interest_label(item.due for item in self.items)
        return Balance(principal, interest, costs, NOTHING, principal + interest + costs, label)

    @property
    def amount(self) -> Decimal:
        """Their sum in złoty."""
        return self.total.total

    @property
    def recipient_name(self) -> str:
        """Who takes the money, as payers read it."""
        return recipient_name(self.recipient)

    @property
    def has_problem(self) -> bool:
        """Whether some amount has to be mended first."""
        return any(item.problem for item in self.items)

    @property
    def by_payer(self) -> list[tuple[Payer, list[Item]]]:
        """The items payer by payer, in the order in which they were chosen."""
        payers = {item.payer.pk: item.payer for item in self.items}
        return [(payer, [item for item in self.items if item.payer.pk == key]) for key, payer in payers.items()]

    @property
    def wishes(self) -> list[Wish]:
        """What to ask for to get this basket again."""
        return [item.wish for item in self.items]


def recipient_name(code: str) -> str:
    """Who takes the money of recipient *code*; a code that the town no longer has stands for itself."""
    known = settings.PAYMENT_RECIPIENTS.get(code)
    return str(known["name"]) if known else code or str(settings.TOWN["name"])


def recipient_of(kind_code: str) -> str:
    """The recipient of a kind of due: '' for the town."""
    return next((code for code, known in settings.PAYMENT_RECIPIENTS.items() if kind_code in known["kinds"]), "")


def fill_baskets(payers: Sequence[Payer], wishes: Sequence[Wish], *, on: date) -> list[Basket]:
    """The open dues of *payers* that are wished for, as of *on*, a basket a recipient; that of the town comes first.

    A due that several of them owe together is paid for the first of them. Raises Refused `nothing_chosen`,
    `due_unknown` (paid already, or nobody's of *payers*), `too_many`.
    """
    if not wishes:
        raise Refused("nothing_chosen", "Nie wybrano żadnej należności.", mend="Zaznacz przynajmniej jedną.")
    if len(wishes) > MOST_LINES:
        raise Refused("too_many", f"Można zapłacić najwyżej {MOST_LINES} rat naraz.", mend="Zapłać w dwóch częściach.")
    wanted = {wish.instalment_id: wish for wish in wishes}
    found: dict[int, Item] = {}
    for payer in payers:
        rows = (
            Instalment.objects.for_payer(payer.pk)
            .filter(pk__in=wanted.keys() - found.keys())
            .select_related("liability__kind", "decision")
            .order_by("payable_by", "liability_id", "number")
        )
        for due in seen_on(rows, on=on):
            if due.total > 0:
                found[due.instalment_id] = _item(due, payer, wanted[due.instalment_id])
        if len(found) == len(wanted):
            break
    if len(found) != len(wanted):
        raise Refused(
            "due_unknown",
            "Niektóre z wybranych należności są już opłacone albo ich nie ma.",
            mend="Wróć do listy i wybierz jeszcze raz.",
        )
    recipients = sorted({item.recipient for item in found.values()}, key=_place)
    return [Basket(code, tuple(item for item in found.values() if item.recipient == code)) for code in recipients]


def _place(recipient: str) -> int:
    codes = ["", *settings.PAYMENT_RECIPIENTS]
    return codes.index(recipient)


def _item(due: OpenDue, payer: Payer, wish: Wish) -> Item:
    problem = wish.problem or _problem(due, wish.amount)
    amount = due.total if problem or wish.amount is None else wish.amount
    shares = split(amount, principal=due.principal, interest=due.extra, costs=due.costs, regime=Regime(due.regime))
    return Item(
        due=due,
        payer=payer,
        recipient=recipient_of(due.kind_code),
        amount=amount,
        principal=shares.principal,
        extra=shares.interest,
        costs=shares.costs,
        problem=problem,
    )


def _problem(due: OpenDue, amount: Decimal | None) -> str:
    """Why *amount* of a due cannot be paid; '' when it can."""
    if amount is None or amount == due.total:
        return ""
    if amount > due.total:
        return f"To więcej, niż zostało do zapłaty. Wpisz najwyżej {format_pln(due.total)}."
    if amount < settings.PAYMENT_LEAST:
        return f"Część należności musi mieć co najmniej {format_pln(settings.PAYMENT_LEAST)}."
    return ""
