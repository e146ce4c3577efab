"""Our Polish words in place of the libraries' own: compiled, and still about phrases that the libraries say."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import allauth
import django.contrib.admin
import pytest
import unfold

from spm.embedded import ROOT

FOLDER = ROOT / "locale" / "pl" / "LC_MESSAGES"
ENTRY = re.compile(
    r'^msgid ((?:"[^\n]*"\n)+)(?:msgid_plural [^\n]+\n)?msgstr(?:\[0\])? ((?:"[^\n]*"\n?)+)', re.MULTILINE
)


def _text(quoted: str) -> str:
    return "".join(str(ast.literal_eval(line)) for line in quoted.splitlines())


ENTRIES = [(_text(said), _text(ours)) for said, ours in ENTRY.findall((FOLDER / "django.po").read_text("utf-8"))]
PHRASES = [said for said, _ in ENTRIES if said]


@cache
def _sources() -> str:
    """Everything that the libraries say; blocktranslate's `{{ name }}` as gettext's `%(name)s`."""
    folders = [Path(module.__path__[0]) for module in (allauth, unfold, django.contrib.admin)]
    texts = [
        path.read_text("utf-8", errors="replace")
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in {".py", ".html", ".txt"}
    ]
    return re.sub(r"{{ *(\w+) *}}", r"%(\1)s", "\n".join(texts))


def test_what_is_compiled_is_what_is_written() -> None:
    with (FOLDER / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    plural = {said: catalogue.ngettext(said, f"{said}s", 1) for said in PHRASES}
    assert len(PHRASES) > 20
    assert [said for said, ours in ENTRIES if said and ours not in {catalogue.gettext(said), plural[said]}] == []


@pytest.mark.parametrize("said", PHRASES)
def test_a_library_still_says_so(said: str) -> None:
    pieces = [piece for piece in re.split(r"[\n\"'’]|%%", said) if piece.strip()]
    assert all(piece in _sources() for piece in pieces)
