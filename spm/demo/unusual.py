"""What a register has besides everybody: two records of one person, a foreigner, somebody who died, wishes about data,
a power of attorney that waits. Small and the same each time.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from core.actor import job
from core.nrb import make_nrb
from liabilities.importing import import_dues
from residents.actions import record_death, register_foreigner
from residents.attorney import ask_to_act
from residents.identity import read_identity
from residents.merging import merge_payers
from residents.models import AccessRecord, Account, Payer
from residents.queries import find_payer
from residents.rodo import DOWNLOADED, ask_correction
from spm.demo.dues import BANK, Instalment, Plan, dues_file
from spm.demo.people import Inhabitant

BY = job("load_demo")
BORN = date(1991, 3, 8)
# Of the inhabitants: whose firm is a record of its own, who died, who gave a power of attorney.
OWNER, DEAD, PRINCIPAL = 36, 37, 38
FIRM = 4


def make_unusual(people: Sequence[Inhabitant], firms: Sequence[Inhabitant], *, today: date, now: datetime) -> None:
    """Make them, in the caller's transaction; a town too small for them has none."""
    if len(people) <= PRINCIPAL or len(firms) <= FIRM:
        return
    merge_payers(
        kept=_payer(people[OWNER]),
        duplicate=_payer(firms[FIRM]),
        reason="firma jednoosobowa tej samej osoby, wypis z CEIDG",
        by=BY,
        at=now - timedelta(days=4),
    )
    record_death(_payer(people[DEAD]), deceased_on=today - timedelta(days=20), on=today, by=BY)
    _foreigner(people[0], today=today, now=now)
    _wishes(_payer(people[0]), now=now)
    _power_of_attorney(people[PRINCIPAL], now=now)


def _payer(who: Inhabitant) -> Payer:
    payer = find_payer(who.number)
    if payer is None:
        raise LookupError(who.name)
    return payer


def _foreigner(like: Inhabitant, *, today: date, now: datetime) -> None:
    """Somebody without a PESEL, who pays for waste."""
    payer = register_foreigner(
        name="Olena Kowalenko",
        birth_date=BORN,
        number=None,
        on=today,
        by=BY,
        street="Polna 7",
        postal_code="00-001",
        city="Dolina",
    )
    who = replace(like, number=read_identity(payer.town_number, on=today), name=payer.name)
    plan = Plan("ODPADY", "Opłata za odpady", 0, 0, (0, 0), ())
    term = today + timedelta(days=14)
    due = Instalment("OB-ODPADY-1", who, plan, term.year, 1, term, Decimal(96), make_nrb(BANK, f"{9_000:016d}"), None)
    import_dues(
        dues_file([due], known_on=today),
        file_name="naleznosci-cudzoziemcy.csv",
        source="fk",
        as_of=now - timedelta(minutes=5),
        on=today,
        at=now,
        by=BY,
    )


def _wishes(payer: Payer, *, now: datetime) -> None:
    """Anna took her archive away and asks for a correction, which waits for a clerk."""
    account = Account.objects.get(email="anna@dolina.example")
    AccessRecord.objects.create(
        account=account,
        account_name=account.get_full_name(),
        payer=payer,
        what=DOWNLOADED,
        basis="we własnym imieniu",
        address="127.0.0.1",
        at=now - timedelta(days=3, minutes=10),
    )
    wish = "W adresie brakuje numeru mieszkania: powinno być Lipowa 12 m. 3."
    ask_correction(payer, account, wish=wish, by=BY, at=now - timedelta(days=3))


def _power_of_attorney(principal: Inhabitant, *, now: datetime) -> None:
    """The firm's accountant files the paper of a neighbour, for a year."""
    sheet = Image.new("L", (620, 300), "white")
    ImageDraw.Draw(sheet).multiline_text((40, 40), "PEŁNOMOCNICTWO (przykład)\n\npodpis: . . . . . . . .", fill="black")
    drawn = io.BytesIO()
    sheet.save(drawn, "PNG")
    ask_to_act(
        Account.objects.get(email="ksiegowa@dolina.example"),
        number=principal.number,
        principal=principal.name,
        scope="pay",
        valid_from=None,
        valid_until=now + timedelta(days=365),
        scan=ContentFile(drawn.getvalue(), "pelnomocnictwo.png"),
        by=BY,
        at=now - timedelta(days=1),
    )
