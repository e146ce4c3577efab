"""Times without an offset, as IMGW and RSO write them: Warsaw's clock."""

from datetime import UTC, datetime

from broadcasts.told import NotReadable
from core.dates import WARSAW


def warsaw_time(text: object, *, is_end: bool = False) -> datetime:
    """«2026-10-25 02:30:00» on Warsaw's clock. Raises NotReadable.

    Of the hour that comes twice in October a warning begins in the first and ends in the second: it is never shorter
    than the source may have meant.
    """
    try:
        naive = datetime.fromisoformat(str(text).strip())
    except ValueError as error:
        raise NotReadable(f"czas nie do odczytania: {str(text)[:40]!r}") from error
    if naive.tzinfo is not None:
        return naive
    return naive.replace(tzinfo=WARSAW, fold=1 if is_end else 0).astimezone(UTC)
