"""The account card as files: CSV for a spreadsheet, written line by line, and PDF/UA."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from core.errors import Refused
from core.pdf import render_pdf
from liabilities.account_card import CardChoice, card_lines, has_more_lines, opening_balance
from liabilities.models import DueKind
from residents.models import Payer

HEADER = ("zaksiegowano", "data_wartosci", "wpis", "konto", "naleznosc", "obciazenie", "uznanie", "saldo")
FORMULA = ("=", "+", "-", "@", "\t")
MOST_LINES = 1_000


class _Line:
    """What a CSV writer writes to: gives each line back."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _number(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _cell(text: str) -> str:
    """A spreadsheet must not run what somebody wrote into a title."""
    return f"'{text}" if text.startswith(FORMULA) else text


def card_csv(choice: CardChoice) -> Iterator[str]:
    """The card as CSV (UTF-8 with BOM, semicolons, decimal commas), a line at a time, the oldest entry first.

    The first line after the header is the balance before it; a charge and a credit are both positive.
    """
    writer = csv.writer(_Line(), delimiter=";")
    yield "\ufeff" + str(writer.writerow(HEADER))
    yield str(writer.writerow(["", "", "saldo początkowe", "", "", "", "", _number(opening_balance(choice))]))
    for line in card_lines(choice):
        sums = [_number(line.charged), _number(line.credited), _number(line.balance)]
        days = [line.booked_on.isoformat(), line.value_on.isoformat()]
        yield str(writer.writerow([*days, line.kind, line.account, _cell(line.about), *sums]))


def card_pdf(choice: CardChoice, payer: Payer, *, on: date) -> bytes:
    """The card as PDF/UA, the oldest entry first. It bears no PESEL.

    Raises Refused `card_too_long` for more than a thousand lines.
    """
    if has_more_lines(choice, than=MOST_LINES):
        raise Refused(
            "card_too_long",
            f"Ta karta ma ponad {MOST_LINES} wpisów, za dużo na PDF.",
            mend="Wybierz jeden rok albo pobierz plik CSV.",
        )
    lines = list(card_lines(choice))
    opening = opening_balance(choice)
    kind = DueKind.objects.filter(pk=choice.kind_code).first()
    context: dict[str, object] = {
        "payer": payer,
        "kind_name": kind.name if kind else "wszystkie rodzaje należności",
        "year": choice.year,
        "lines": lines,
        "opening": opening,
        "closing": lines[-1].balance if lines else opening,
        "on": on,
    }
    return render_pdf("pdf/account_card.html", context)


def file_name(choice: CardChoice, *, on: date, ending: str) -> str:
    """«karta-kontowa-2026-2026-11-21.pdf»: no name of anybody."""
    year = f"{choice.year}-" if choice.year else ""
    return f"karta-kontowa-{year}{on.isoformat()}.{ending}"
