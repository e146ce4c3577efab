"""What stands on a dunning letter: frozen when the letter gets its number, set as HTML from that alone.

The data are those of Dz.U. 2020 poz. 2194 § 2: number and day, creditor, debtor with PESEL, NIP or REGON where known,
each due with its interest and the rate that runs on, how to pay, the cost, the demand, and the statutory instruction.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from core.errors import Refused
from core.transfer_qr import code_image, transfer_text
from liabilities.figures import Figures
from liabilities.information import in_words
from liabilities.letter_choice import Draft
from liabilities.models import LetterRun
from liabilities.queries import OpenDue
from liabilities.regimes import Regime
from residents.models import Payer

TEMPLATE = "pdf/dunning_letter.html"
NOTHING = Decimal("0.00")


def content_of(draft: Draft, run: LetterRun, sign: str, *, law: Figures) -> dict[str, Any]:
    """All that stands on the letter, as JSON values: amounts in złoty and days as text."""
    payer = draft.payer
    earlier = sum((due.costs for due in draft.dues), NOTHING)
    total = draft.total + earlier + run.cost
    return {
        "sign": sign,
        "issued_on": run.issued_on.isoformat(),
        "addressee": _addressee(payer, draft.representative),
        "debtor": payer.name,
        "payer_number": payer.number,
        "identity": _identity(payer),
        "lines": [_line(due, draft) for due in draft.dues],
        "is_joint": any(due.joint_with for due in draft.dues),
        "rate": _rate(draft.dues, law, on=run.issued_on),
        "principal": str(sum((due.principal for due in draft.dues), NOTHING)),
        "interest": str(sum((due.interest.amount for due in draft.dues), NOTHING)),
        "earlier_costs": str(earlier),
        "cost": str(run.cost),
        "total": str(total),
        "transfers": _transfers(draft, run, sign),
        "signer": run.signer,
    }


def _addressee(payer: Payer, representative: str) -> list[str]:
    """The lines of the envelope's window."""
    names = [representative, f"przedstawiciel ustawowy: {payer.name}"] if representative else [payer.name]
    place = f"{payer.postal_code} {payer.city}".strip()
    return [line for line in (*names, payer.street, place) if line]


def _identity(payer: Payer) -> str:
    known = (("PESEL", payer.pesel), ("NIP", payer.nip), ("REGON", payer.regon))
    return ", ".join(f"{name} {number}" for name, number in known if number)


def _line(due: OpenDue, draft: Draft) -> dict[str, str]:
    return {
        "instalment": str(due.instalment_id),
        "title": due.title,
        "kind": due.kind_name,
        "year": str(due.year),
        "number": str(due.number),
        "payable_by": due.payable_by.isoformat(),
        "principal": str(due.principal),
        "interest": str(due.interest.amount),
        "account": due.account,
        "told": in_words(draft.information.get(due.instalment_id, ())),
    }


def _rate(dues: Sequence[OpenDue], law: Figures, *, on: date) -> str:
    """The rate of tax interest in force *on* a day, in per cent a year; '' where no due on the letter bears any."""
    if not any(due.regime == Regime.TAX for due in dues):
        return ""
    rates = [rate.percent for rate in law.rates.get(Regime.TAX, []) if rate.valid_from <= on]
    return str(rates[-1]) if rates else ""


def _transfers(draft: Draft, run: LetterRun, sign: str) -> list[dict[str, str]]:
    """A transfer for each account among the dues; the cost goes with the oldest due."""
    amounts: dict[str, Decimal] = {}
    for place, due in enumerate(draft.dues):
        extra = run.cost if place == 0 else NOTHING
        amounts[due.account] = (
            amounts.get(due.account, NOTHING) + due.principal + due.interest.amount + due.costs + extra
        )
    title = f"{sign} {draft.payer.number}"
    return [
        {"account": account, "amount": str(amount), "title": title, "code": _code(account, amount, title)}
        for account, amount in amounts.items()
    ]


def _code(account: str, amount: Decimal, title: str) -> str:
    """The text of the 2D code; '' where banks would refuse it."""
    try:
        return transfer_text(
            nip=str(settings.TOWN["nip"]), nrb=account, amount=amount, recipient=str(settings.TOWN["name"]), title=title
        )
    except Refused:
        return ""


def html_of(content: str) -> str:
    """The letter as HTML, of its frozen *content* (JSON)."""
    return render_to_string(TEMPLATE, {"town": settings.TOWN, "page": settings.BASE_URL, **_shown(json.loads(content))})


def _shown(told: Mapping[str, Any]) -> dict[str, object]:
    lines = [{**line, "payable_by": date.fromisoformat(line["payable_by"])} for line in told["lines"]]
    transfers = [{**one, "image": code_image(one["code"]) if one["code"] else ""} for one in told["transfers"]]
    has_earlier = Decimal(told["earlier_costs"]) > 0
    days = {"issued_on": date.fromisoformat(told["issued_on"])}
    return {**told, **days, "lines": lines, "transfers": transfers, "has_earlier_costs": has_earlier}
