"""Has documents parsed and drawn in a process of their own (core/documents/child.py), which may die of them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core.documents.kinds import Kind, too_heavy
from core.errors import Refused

SECONDS = 60


@dataclass(frozen=True)
class Examined:
    """What the child found: `kind` of what came, and its safe rendition as a file of `safe_kind`.

    `safe` is empty for XML, which is never shown. `taken_out` names in Polish what the rendition lacks: scripts, files.
    """

    kind: Kind
    safe_kind: Kind
    pages: int
    is_signed: bool
    taken_out: tuple[str, ...]
    safe: bytes


def examine(content: bytes) -> Examined:
    """Parse *content* by what it is and make its safe rendition. Raises Refused in words for people."""
    told, safe = _run("examine", content=content)
    return Examined(
        kind=Kind(told["kind"]),
        safe_kind=Kind(told["safe_kind"]),
        pages=told["pages"],
        is_signed=told.get("is_signed", False),
        taken_out=tuple(told.get("taken_out", ())),
        safe=safe,
    )


def draw(content: bytes, number: int, *, longest: int) -> tuple[Kind, bytes]:
    """Page *number*, from 0, as a picture of at most *longest* pixels a side. Raises Refused."""
    told, safe = _run("draw", str(number), str(longest), content=content)
    return Kind(told["safe_kind"]), safe


def codes(content: bytes, *, beginning: str) -> list[str]:
    """The texts of QR codes on the pages that begin so, in the order of the pages. Raises Refused."""
    told, _ = _run("codes", beginning, content=content)
    return [str(text) for text in told["codes"]]


def _run(*task: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.documents.child", *task],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd=settings.BASE_DIR,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy() from error
    head, _, safe = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise too_heavy()
    told = json.loads(head)
    if "refused" in told:
        code, message, where, mend = told["refused"]
        raise Refused(code, message, where=where, mend=mend)
    return told, safe
