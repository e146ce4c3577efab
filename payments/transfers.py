"""A transfer from one's own bank: to which account, for how much, under what title; as text, as a 2D code, on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from core.errors import Refused
from core.pdf import render_pdf
from core.transfer_qr import code_image, transfer_text
from payments.basket import Basket, Item
from payments.virtual_accounts import virtual_account
from residents.models import Payer

LONGEST_TITLE = 140  # four lines of 35, as banks take them
SHORT_TITLE = 32  # of the 2D code
ASCII = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


@dataclass(frozen=True)
class Transfer:
    """One transfer that pays some dues of one payer. `is_own` tells an account that takes this payer's money alone."""

    payer: Payer
    items: tuple[Item, ...]
    account: str
    is_own: bool
    recipient: str
    amount: Decimal
    title: str
    code: str

    @property
    def image(self) -> str:
        """The 2D code as an address of a picture; '' without one."""
        return code_image(self.code) if self.code else ""


def transfers_for(baskets: Sequence[Basket]) -> list[Transfer]:
    """A transfer for each payer and account among *baskets*, in their order.

    Dues of one kind go to the payer's virtual account of that kind, dues of several to the one of all; what is paid
    there is known by its number. Where the town has none, and for other recipients, it is the account beside each due.
    """
    return [
        transfer
        for basket in baskets
        for payer, chosen in basket.by_payer
        for transfer in _of_payer(basket, payer, chosen)
    ]


def _of_payer(basket: Basket, payer: Payer, items: Sequence[Item]) -> list[Transfer]:
    kinds = {item.due.kind_code for item in items}
    own = "" if basket.recipient else virtual_account(payer, kinds.pop() if len(kinds) == 1 else "")
    if own:
        return [_transfer(basket, payer, own, items, is_own=True)]
    accounts = dict.fromkeys(item.due.account for item in items)
    return [
        _transfer(basket, payer, account, [item for item in items if item.due.account == account], is_own=False)
        for account in accounts
    ]


def _transfer(basket: Basket, payer: Payer, account: str, items: Sequence[Item], *, is_own: bool) -> Transfer:
    amount = sum((item.amount for item in items), Decimal(0))
    title = _title(payer, items)
    return Transfer(
        payer=payer,
        items=tuple(items),
        account=account,
        is_own=is_own,
        recipient=basket.recipient_name,
        amount=amount,
        title=title,
        code=_code(account, amount, basket, title),
    )


def _title(payer: Payer, items: Sequence[Item]) -> str:
    """The payer's number first, since banks cut the end; letters without Polish signs, since Elixir drops them."""
    named = "; ".join(f"{item.due.title} {item.due.year} r.{item.due.number}" for item in items)
    return f"{payer.number} {named}".translate(ASCII)[:LONGEST_TITLE].strip()


def _code(account: str, amount: Decimal, basket: Basket, title: str) -> str:
    """The text of the 2D code; '' where banks would refuse it (an account abroad, no name)."""
    nip = "" if basket.recipient else str(settings.TOWN["nip"])
    name = basket.recipient_name
    try:
        return transfer_text(nip=nip, nrb=account, amount=amount, recipient=name, title=title[:SHORT_TITLE])
    except Refused:
        return ""


def slip_pdf(transfers: Sequence[Transfer]) -> bytes:
    """«Polecenie przelewu / wpłata gotówkowa» of each transfer, to be printed and given at a bank or a post office."""
    return render_pdf("pdf/transfer_slip.html", {"transfers": [(one, _boxes(one)) for one in transfers]})


def _boxes(transfer: Transfer) -> list[str]:
    """The digits of the account as the form groups them."""
    digits = transfer.account
    return [digits[:2], *(digits[place : place + 4] for place in range(2, len(digits), 4))]
