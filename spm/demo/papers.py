"""Papers of the demo town: forms that were printed, one that came back, scans that wait, and files to send signed."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw

from consents.actions import accept_application, register_application
from consents.incoming import store_scan
from consents.models import ArrivalWay
from consents.printing import print_blanks, print_form
from consents.replacement import Choice
from core.actor import job
from residents.models import Payer
from residents.queries import find_payer
from spm.demo.letters import photographed
from spm.demo.people import Inhabitant

BY = job("load_demo")
# Of the inhabitants: whose form came back and is registered, whose lies scanned, whose was only printed.
RETURNED, SCANNED, PRINTED = 3, 4, 5
LONGEST = 1_500  # pixels: enough for the code to be read


def lay_out_papers(people: Sequence[Inhabitant], *, today: date, now: datetime) -> None:
    """Print, register and scan them; a town too small for them has none."""
    if len(people) <= PRINTED:
        return
    _returned(people[RETURNED], today=today, now=now)
    print_form(_payer(people[PRINTED]).pk, by=BY, at=now - timedelta(days=1))
    print_blanks(3, by=BY, at=now - timedelta(days=6))
    pages = (photographed(people[SCANNED], at=now, longest=LONGEST), _something_else())
    for place, page in enumerate(pages):
        store_scan(page, name=f"skan-{place + 1}.jpg", received_on=today, by=BY, at=now)


def _returned(who: Inhabitant, *, today: date, now: datetime) -> None:
    form = print_form(_payer(who).pk, by=BY, at=now - timedelta(days=9))
    draft = register_application(
        number=who.number,
        name=who.name,
        phone=who.phone,
        email=who.email,
        choices=[Choice("waste", "sms"), Choice("property_tax", "email")],
        signed_on=today - timedelta(days=3),
        arrived_by=ArrivalWay.PAPER,
        received_on=today - timedelta(days=2),
        scan=None,
        printed_form=form,
        by=BY,
        at=now - timedelta(days=1),
    )
    accept_application(draft, by=BY, at=now - timedelta(days=1))


def _payer(who: Inhabitant) -> Payer:
    payer = find_payer(who.number)
    if payer is None:
        raise LookupError(who.name)
    return payer


def _something_else() -> bytes:
    """A letter that lay among the applications."""
    sheet = Image.new("L", (900, 600), "white")
    words = "Dzień dobry,\n\nproszę o kosz na bioodpady, ul. Polna 7.\n\nz poważaniem, Jan Kos"
    ImageDraw.Draw(sheet).multiline_text((60, 60), words, fill="black", font_size=28)
    drawn = io.BytesIO()
    sheet.save(drawn, "JPEG")
    return drawn.getvalue()
