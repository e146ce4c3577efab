"""Docs against code: what docs/ says of settings, floors and states is what the code says."""

import re

import broadcasts.states
import notifications.states
import payments.states
from spm.docs import api_description, configuration_table
from tests.house.tree import FLOORS, ROOT


def _doc(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_one_of_the_code() -> None:
    assert configuration_table() in _doc("docs/configuration.md"), "run `make docs`"


def test_the_pictures_of_states_are_the_ones_of_the_code() -> None:
    text = _doc("docs/states.md")
    assert notifications.states.mermaid() in text, "run `make docs`"
    assert payments.states.mermaid() in text, "run `make docs`"
    assert broadcasts.states.mermaid() in text, "run `make docs`"


def test_the_description_of_the_api_is_the_one_that_is_served() -> None:
    assert _doc("docs/formats/openapi.json") == api_description(), "run `make docs`"


def test_the_architecture_names_every_floor_and_every_arrow() -> None:
    text = _doc("docs/architecture.md")
    arrows = (
        "queue_messages",
        "queue_message",
        "withdraw_messages",
        "post_payment",
        "open_dues",
        "balance",
        "register_payer",
        "permitted",
    )
    assert [floor for floor in FLOORS if f"`{floor}/`" not in text] == []
    assert [arrow for arrow in arrows if f"`{arrow}" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_commands_that_the_readme_names_exist() -> None:
    makefile = _doc("Makefile")
    named = set(re.findall(r"`make ([a-z-]+)", _doc("README.md")))
    assert named
    assert [target for target in sorted(named) if f"\n{target}:" not in makefile] == []
