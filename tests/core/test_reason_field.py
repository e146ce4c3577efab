"""Why, in words that are kept for years."""

import pytest
from django.forms import ValidationError

from core.reason_field import ReasonField
from tests import make


def test_words_with_somebodys_number_are_not_kept() -> None:
    with pytest.raises(ValidationError, match="numer PESEL"):
        ReasonField().clean(f"pomyłka, {make.pesel(1).value} to ktoś inny")
    for words in ("decyzja 12345678901 z 2026", "rachunek 11114020040000000007000000", "wpłata za cudzą nieruchomość"):
        assert ReasonField().clean(words) == words
