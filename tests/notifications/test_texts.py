"""Placeholders of texts: found, checked with words that help, filled in as people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from notifications.texts import check, fill, format_facts, placeholders

ALLOWED = {"amount_pln", "payable_on", "town"}
NBSP = "\u00a0"


def test_each_placeholder_is_named_once_in_order() -> None:
    assert placeholders("((town)): (( payable_on )), ((town)) (nawias) ((x1))") == ("town", "payable_on")


@pytest.mark.parametrize(
    "text", ["", "Zwykły tekst (z nawiasem).", "((town)): termin ((payable_on)).", "(( amount_pln ))"]
)
def test_a_text_of_known_closed_placeholders_is_in_order(text: str) -> None:
    assert check(text, ALLOWED) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("((amount))", "Nieznane pole ((amount)). Może chodzi o ((amount_pln))?"),
        ("((TOWN))", "Nieznane pole ((TOWN)). Może chodzi o ((town))?"),
        ("((kwota))", "Nieznane pole ((kwota)). Dozwolone: amount_pln, payable_on, town."),
        ("((town)", "Pole jest niedomknięte: pisz ((nazwa)) z dwoma nawiasami z każdej strony."),
        ("town))", "Pole jest niedomknięte: pisz ((nazwa)) z dwoma nawiasami z każdej strony."),
    ],
)
def test_a_wrong_placeholder_is_told_with_the_way_to_mend_it(text: str, words: str) -> None:
    assert check(text, ALLOWED) == [words]


def test_every_problem_is_told_at_once_and_each_once() -> None:
    assert len(check("((kwota)) ((kwota)) ((termin)) ((town", ALLOWED)) == 3


def test_facts_are_shown_as_people_read_them() -> None:
    shown = format_facts({"amount_pln": "1234.50", "payable_on": "2026-03-05", "town": "Dolina"})
    assert shown == {"amount_pln": f"1{NBSP}234,50{NBSP}zł", "payable_on": shown["payable_on"], "town": "Dolina"}
    assert shown["payable_on"].replace(NBSP, " ") == "5 marca 2026"


def test_a_missing_fact_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"Brakuje danych do pola \(\(payable_on\)\)") as refused:
        fill("((town)) ((payable_on))", {"town": "Dolina"})
    assert refused.value.code == "missing_fact"


def test_a_fact_that_looks_like_a_placeholder_is_not_filled_in_again() -> None:
    assert fill("A ((x)) B\n\n((x))\n\nC", {"x": ""}) == "A B\n\nC"
    assert fill("A  ((x))\n\n\nB", {"x": "x"}) == "A  x\n\n\nB"
    assert fill("((town))", {"town": "((amount_pln))", "amount_pln": "1"}) == "((amount_pln))"


@given(st.dictionaries(st.sampled_from(sorted(ALLOWED)), st.text(max_size=30), min_size=3), st.text(max_size=30))
def test_what_passes_the_check_can_be_filled_in(facts: dict[str, str], around: str) -> None:
    text = f"{around}((town)) i (( amount_pln )){around}((payable_on))"
    if not check(text, ALLOWED):
        expected = f"{around}{facts['town']} i {facts['amount_pln']}{around}{facts['payable_on']}"
        assert fill(text, facts) == expected
