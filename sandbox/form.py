"""Form-encoded requests, read with the encoding that they name."""

import re
from urllib.parse import parse_qsl

from aiohttp import web

ENCODINGS = {"utf-8": "utf-8", "windows-1250": "cp1250", "iso-8859-1": "iso-8859-1", "iso-8859-2": "iso-8859-2"}
NAMED_ENCODING = re.compile(rb"(?:^|&)encoding=([^&]*)")


class UnreadableForm(ValueError):
    """Not what its headers say."""


async def read_form(request: web.Request) -> dict[str, str]:
    """Query and body in one dictionary; the body wins. An uploaded file counts as its name. Raises UnreadableForm."""
    fields = dict(request.query)
    if request.content_type == "multipart/form-data":
        try:
            sent = await request.post()
        except ValueError as wrong:
            raise UnreadableForm("broken multipart body") from wrong
        return fields | {name: value if isinstance(value, str) else name for name, value in sent.items()}
    body = await request.read()
    if body and request.content_type != "application/x-www-form-urlencoded":
        raise UnreadableForm(f"form-encoded body expected, not {request.content_type}")
    return fields | _decoded(body)


def _decoded(body: bytes) -> dict[str, str]:
    named = NAMED_ENCODING.search(body)
    wanted = named[1].decode("ascii", "replace").lower() if named else "utf-8"
    if wanted not in ENCODINGS:
        raise UnreadableForm("unknown encoding")
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, encoding=ENCODINGS[wanted], errors="strict"))
    except ValueError as wrong:
        raise UnreadableForm("the form's letters are not in the encoding that it names") from wrong
