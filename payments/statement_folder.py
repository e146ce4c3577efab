"""The watched folder: a bank's file that stopped growing is taken, and moved when it is in for good."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.actor import Actor
from core.errors import Refused
from payments.statements import import_statement

DONE, REJECTED = "done", "rejected"
RESTS = timedelta(seconds=30)  # without growing: then its sender has finished
logger = logging.getLogger("spm.statements")


def take_from_folder(folder: Path, *, by: Actor, at: datetime) -> dict[str, int]:
    """Import each file of *folder* that rested for half a minute; it moves to `done`, or to `rejected` with its reason.

    A file moves after its money is committed: killed in between, it is known the next time and moves then. One that
    fails by a fault of ours stays where it is, and the others go on.
    """
    counts = {DONE: 0, REJECTED: 0}
    for path in _resting(folder, at=at):
        try:
            with path.open("rb") as stream:
                report = import_statement(stream, name=path.name, by=by, at=at)
            words = [error.message for error in report.errors]
            target = DONE if report.statements or not words else REJECTED
        except Refused as refusal:
            words, target = [str(refusal)], REJECTED
        except Exception:  # kept for the next run; the others must go on
            logger.exception("a file of the watched folder was not imported")
            continue
        _move(path, folder / target, words=words, at=at)
        counts[target] += 1
    return counts


def _resting(folder: Path, *, at: datetime) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            state = path.stat()
            if state.st_size and at - datetime.fromtimestamp(state.st_mtime, UTC) >= RESTS:
                yield path


def _move(path: Path, target: Path, *, words: list[str], at: datetime) -> None:
    target.mkdir(exist_ok=True)
    place = target / path.name
    if place.exists():
        place = target / f"{path.stem}-{at:%Y%m%d%H%M%S}{path.suffix}"
    if words:
        (target / f"{place.name}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    path.replace(place)
