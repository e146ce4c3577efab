"""A refusal carries its code, its words, its place and its cure."""

from core.errors import Refused


def test_a_refusal_says_what_is_wrong_and_how_to_mend_it() -> None:
    refusal = Refused("amount_empty", "Brakuje kwoty.", where="kwota", mend="Podaj ją.")
    assert (refusal.code, refusal.message, refusal.where, refusal.mend) == (
        "amount_empty",
        "Brakuje kwoty.",
        "kwota",
        "Podaj ją.",
    )
    assert str(refusal) == "Brakuje kwoty. Podaj ją."


def test_a_refusal_without_a_cure_ends_with_its_message() -> None:
    assert str(Refused("paid", "Już zapłacono.")) == "Już zapłacono."
