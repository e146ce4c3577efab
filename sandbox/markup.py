"""Pages from templates: `$name` in a file of `templates/`, values escaped unless they are Html already."""

import html
import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from aiohttp import web

TEMPLATES = Path(__file__).with_name("templates")
WARSAW = ZoneInfo("Europe/Warsaw")
MONTHS = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
]
ADDRESS = re.compile(r"https?://[^\s<>\"']+")
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"
NBSP = "\u00a0"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))


def rendered(name: str, **values: object) -> Html:
    """The template *name* with every value escaped that is not Html."""
    return Html(_template(name).substitute({key: escaped(value) for key, value in values.items()}))


def escaped(value: object) -> Html:
    """*value* as HTML."""
    return value if isinstance(value, Html) else Html(html.escape(str(value)))


def joined(parts: Iterable[Html]) -> Html:
    """Parts one after another."""
    return Html("\n".join(parts))


def page(title: str, body: Html, *, fresh: bool = False, policy: str = POLICY, status: int = 200) -> web.Response:
    """A whole page. `fresh` pages reload their main part by script, where there is script."""
    script = Html('<script src="/static/refresh.js" defer></script>') if fresh else ""
    text = rendered("layout", title=title, body=body, script=script)
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers, status=status)


def linked(text: str) -> Html:
    """*text* with its web addresses clickable and its line breaks kept."""
    out, last = [], 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?)»”")
        out.append(html.escape(text[last : found.start()]))
        out.append(f'<a href="{html.escape(address)}">{html.escape(address)}</a>')
        last = found.start() + len(address)
    out.append(html.escape(text[last:]))
    return Html("".join(out).replace("\n", "<br>"))


def tied(text: str) -> str:
    """*text* with its one-letter words tied to the next one, as Polish print has it."""
    return re.sub(r"\b([aiouwzAIOUWZ]) ", rf"\1{NBSP}", text)


def moment(at: float) -> str:
    """«21 listopada 2026, 7:05:09», Warsaw time."""
    when = datetime.fromtimestamp(at, WARSAW)
    return f"{when.day}{NBSP}{MONTHS[when.month - 1]} {when.year}, {when.hour}:{when:%M:%S}"


def zloty(grosze: int) -> str:
    """«1 234,56 zł»."""
    whole, rest = divmod(grosze, 100)
    return f"{whole:,}".replace(",", NBSP) + f",{rest:02d}{NBSP}zł"


def phone(number: str) -> str:
    """«+48 500 123 456»."""
    if len(number) == 11 and number.startswith("48"):
        return NBSP.join(("+48", number[2:5], number[5:8], number[8:]))
    return f"+{number}"


def counted(count: int, one: str, few: str, many: str) -> str:
    """«1 wiadomość», «2 wiadomości», «5 wiadomości»: the number with the right form of the noun."""
    form = one if count == 1 else few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many
    return f"{count}{NBSP}{form}"


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[object]], *, empty: str) -> Html:
    """A table that scrolls inside itself on a narrow screen, or *empty* as a paragraph."""
    lines = [Html("".join(f"<td>{escaped(cell)}</td>" for cell in row)) for row in rows]
    if not lines:
        return Html(f'<p class="empty">{html.escape(empty)}</p>')
    head = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in heads)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    name = html.escape(caption)
    return Html(
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table><caption>{name}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
