"""What belongs to a payer in every app, and what becomes of it when two records turn out to be one person.

Free of models, so that an app's `apps.py` may say so as it is imported. The order of the apps is the order in which
things move; they move back the other way round. A house test asks of each table that points at a payer what becomes
of it (tests/house/test_belongings.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What becomes of rows when their payer's record is merged into another one."""

    MOVES = "moves"  # they point at the kept record from then on
    STAYS = "stays"  # evidence and history: they keep saying whose record it was, and are read for both
    OWN_WAY = "own way"  # a Mover of the app knows


@dataclass(frozen=True)
class Belonging:
    """Rows of one table that point at a payer: `table` is «app.Model», `field` the foreign key, `words` what they are.

    `mover` is the dotted path of a Mover (residents/movers.py) for `OWN_WAY`. `locked_first` says that whoever changes
    such a row locks it before its payer, so that a merge must do so too.
    """

    table: str
    words: str
    fate: Fate
    field: str = "payer"
    mover: str = ""
    locked_first: bool = False


BELONGINGS: list[Belonging] = []


def register(belongings: Iterable[Belonging]) -> tuple[Belonging, ...]:
    """Say what becomes of an app's rows; the same twice is once."""
    told = tuple(belongings)
    BELONGINGS.extend(one for one in told if one not in BELONGINGS)
    return told


OWN = register(
    (
        Belonging("residents.Payer", "wpisy połączone wcześniej", Fate.MOVES, field="merged_into"),
        Belonging("residents.Mandate", "umocowania", Fate.MOVES),
        Belonging("residents.Claim", "sporne tożsamości", Fate.MOVES),
        Belonging("residents.AttorneyRequest", "złożone pełnomocnictwa", Fate.MOVES),
        Belonging("residents.ConfirmationCode", "kody potwierdzające", Fate.STAYS),
        Belonging("residents.AccessRecord", "podglądy danych", Fate.STAYS),
        Belonging("residents.DataRequest", "wnioski o dane", Fate.STAYS),
        Belonging("residents.PayerMerge", "połączenia", Fate.STAYS, field="kept"),
        Belonging("residents.PayerMerge", "połączenia", Fate.STAYS, field="duplicate"),
    )
)
