"""What a source of warnings tells: values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sort(StrEnum):
    """What a message of a source is: something new, a change of something told before, or its end."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class NotReadable(Exception):
    """The answer is none of the source's shapes: a failed read, which tells nothing about warnings in force."""


@dataclass(frozen=True)
class Told:
    """One warning as its source tells it.

    `level` is the source's grade from 1 to 3, 0 where it gives none. `codes` are TERYT codes of voivodeships (2
    digits), counties (4) or towns (6 or 7); `catchments` IMGW's codes of river catchments; `places` the area in words.
    `ends_at` is None while no end is known. `refers_to` are the keys of what an update or a cancellation speaks of.
    """

    key: str
    event: str
    level: int
    text: str
    publisher: str
    published_at: datetime
    begins_at: datetime
    ends_at: datetime | None
    codes: tuple[str, ...] = ()
    catchments: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    headline: str = ""
    instruction: str = ""
    severity: str = "Unknown"
    urgency: str = "Unknown"
    certainty: str = "Unknown"
    sort: Sort = Sort.ALERT
    refers_to: tuple[str, ...] = ()
    is_exercise: bool = False


@dataclass(frozen=True)
class Answer:
    """A source's whole list. `faults` say, in Polish, which of its rows could not be read: then the list is not whole,
    and what is missing from it was not called off.
    """

    told: tuple[Told, ...]
    faults: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether what is not in it is no more."""
        return not self.faults


def concerns(told: Told, *, town: str, catchments: tuple[str, ...] = ()) -> bool:
    """Whether *told* speaks of the town with the TERYT code *town*: of itself, its county or voivodeship, or a part.

    Where a warning names catchments and the town has named its own *catchments*, these decide within the voivodeship.
    """
    if not town:
        return False
    is_near = any(town.startswith(code) or code.startswith(town) for code in told.codes if len(code) >= 2)
    if is_near and told.catchments and catchments:
        return bool(set(told.catchments) & set(catchments))
    return is_near
