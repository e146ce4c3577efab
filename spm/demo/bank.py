"""What the bank of the demo town and its other providers brought: a statement with money for a clerk, two payments."""

import io
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import requests
from django.conf import settings

from core.actor import job
from core.nrb import make_nrb
from liabilities.queries import OpenDue, open_dues
from payments.actions import ask_provider
from payments.checkout import start_payment
from payments.statements import import_statement
from payments.virtual_accounts import virtual_account
from payments.wishes import Wish
from residents.models import Account, Payer
from residents.queries import find_payer
from spm.demo.dues import BANK
from spm.demo.money_back import payouts
from spm.demo.people import Inhabitant
from spm.demo.town import Town

BY = job("load_demo")
OPENING = Decimal("48210.55")
TOWNS = make_nrb(BANK, "0000120100000001")
ELSEWHERE = {"przelewy24": "p24", "paypal": "paypal"}
Transfer = tuple[str, Decimal, str, str, str]  # mark, złoty, title, name, virtual account


def pay_elsewhere(inhabitants: Sequence[Inhabitant], town: Town) -> None:
    """One payment at Przelewy24 and one at PayPal, paid and asked about."""
    anna = Account.objects.get(email="anna@dolina.example")
    for place, (provider, vendor) in enumerate(ELSEWHERE.items()):
        payer, due = _debtors(inhabitants[place::3], town, most=1)[0]
        payment = start_payment(
            payers=[payer],
            wishes=[Wish(due.instalment_id)],
            provider=provider,
            made_by=anna,
            by=BY,
            on=town.today,
            at=town.now,
            customer_ip="127.0.0.1",
            number=UUID(int=9_000 + place, version=4),
        )
        address = f"{settings.PAYU['url']}/control/{vendor}/{payment.provider_order_id}/pay"
        requests.post(address, timeout=10).raise_for_status()
        ask_provider(payment, at=town.now)


def bring_statement(inhabitants: Sequence[Inhabitant], town: Town) -> None:
    """Yesterday's statement: some transfers name whose they are, some only hint at it, one says nothing."""
    on = town.today - timedelta(days=1)
    transfers = _transfers(_debtors(inhabitants, town, most=7))
    closing = OPENING + sum((one[1] if one[0] == "C" else -one[1] for one in transfers), Decimal(0))
    lines = [":20:MT940", f":25:PL{TOWNS}", ":28C:00212", f":60F:C{on:%y%m%d}PLN{_comma(OPENING)}"]
    for place, (mark, amount, title, name, virtual) in enumerate(transfers):
        sender = make_nrb("11402004", f"{7_000_000 + place:016d}")
        lines += [
            f":61:{on:%y%m%d}{on:%m%d}{mark}N{_comma(amount)}N152NONREF//B{place:08d}",
            ":86:020~00PRZELEW KRAJOWY",
            *(f"~2{number}{title[cut : cut + 27]}" for number, cut in enumerate(range(0, len(title), 27))),
            f"~30{sender[2:10]}~31{sender[10:]}~32{name[:27]}~38PL{sender}",
            f"~60{on:%Y%m%d}" + (f"~63{virtual}" if virtual else ""),
        ]
    lines += [f":62F:C{on:%y%m%d}PLN{_comma(closing)}", "-", ""]
    content = io.BytesIO("\r\n".join(lines).encode())
    import_statement(content, name=f"wyciag-{on:%Y-%m-%d}.sta", by=BY, at=town.now)


def _transfers(debtors: Sequence[tuple[Payer, OpenDue]]) -> list[Transfer]:
    told: list[Transfer] = []
    for place, (payer, due) in enumerate(debtors):
        amount, name = due.total, payer.name.upper()
        if place < 2:
            told.append(("C", amount, due.title.upper(), name, virtual_account(payer)))
        elif place == 2:
            told.append(("C", amount, f"OPLATA, PLATNIK {payer.number}", name, ""))
        elif place < 5:
            told.append(("C", amount, f"{due.title.upper()} RATA", name, ""))
        else:
            told.append(("C", amount, "OPLATA ZA DOM", f"{name.split()[-1]} HALINA", ""))
    return [
        *told,
        ("C", Decimal("41.70"), "DZIEKUJE I POZDRAWIAM", "URZAD POCZTOWY DOLINA 1", ""),
        *(("C", amount, "WYPLATA SRODKOW", "PAYU S.A.", "") for amount, _ in payouts()),
        ("D", Decimal("12.00"), "OPLATA ZA PROWADZENIE RACHUNKU", "BANK", ""),
    ]


def _debtors(inhabitants: Sequence[Inhabitant], town: Town, *, most: int) -> list[tuple[Payer, OpenDue]]:
    """The first payers from the end of the town who owe something, each with their oldest due."""
    found = []
    for who in reversed(inhabitants):
        payer = find_payer(who.number)
        dues = open_dues(payer.pk, on=town.today) if payer is not None else []
        if payer is not None and dues:
            found.append((payer, dues[0]))
        if len(found) == most:
            break
    return found


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
