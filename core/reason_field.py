"""The field in which staff say why: it is kept for years, so it holds nobody's number."""

import re
from typing import Any

import stdnum.pl.pesel
from django import forms

ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")


class ReasonField(forms.CharField):
    """Words of staff that stay in the history; with a PESEL in them they are refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Dlaczego", "max_length": 200, **kwargs})

    def clean(self, value: Any) -> str:
        """The words. Raises ValidationError `holds_pesel`."""
        words = str(super().clean(value))
        if any(stdnum.pl.pesel.is_valid(digits) for digits in ELEVEN_DIGITS.findall(words)):
            raise forms.ValidationError(
                "W tym polu jest numer PESEL. Usuń go: te słowa zostają w historii na lata.", code="holds_pesel"
            )
        return words
