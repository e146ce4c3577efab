"""The journal of events is read in words: every verb that the code records has them."""

import ast
from collections.abc import Iterator

import pytest

from core.audit_words import VERBS, subject_words, verb_words
from tests.house.tree import FLOORS, ROOT


def _recorded() -> Iterator[tuple[str, str]]:
    """File and verb of every `audit.record("verb", …)`; verbs put together at run time are in no list."""
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record" and node.args:
                    for part in ast.walk(node.args[0]):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
                            yield str(path.relative_to(ROOT)), part.value


def test_every_verb_has_its_words() -> None:
    recorded = list(_recorded())
    assert len(recorded) > 50
    silent = sorted({f"{path}: {verb}" for path, verb in recorded if verb not in VERBS and not verb.endswith("_")})
    assert silent == [], "give these verbs Polish words in the app's deeds.py"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("payer:12", "płatnik P-000012"),
        ("account:7", "konto nr 7"),
        ("provider:login.gov.pl", "dostawca tożsamości: login.gov.pl"),
        ("looks", "lista podglądów"),
        ("something:1", "something:1"),
    ],
)
def test_subjects_are_read_in_words(said: str, read: str) -> None:
    assert subject_words(said) == read
    assert verb_words("merge_payers") == "połączenie wpisów"
    assert verb_words("unknown") == "unknown"
