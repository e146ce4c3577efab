"""The languages in which people may be written to, and how each writes sums and days."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.dates import NBSP, format_date
from core.money import format_pln, grosz

POLISH = "pl"
LANGUAGES: Mapping[str, str] = {POLISH: "polski", "en": "angielski", "uk": "ukraiński"}
# As their speakers call them, on residents' pages.
OWN_NAMES: Mapping[str, str] = {POLISH: "Polski", "en": "English", "uk": "Українська"}
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
UKRAINIAN_MONTHS = (
    *("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня"),
    *("жовтня", "листопада", "грудня"),
)


def day_in(language: str, day: date) -> str:
    """«15 marca 2026», «15 March 2026», «15 березня 2026 р.», with no-break spaces."""
    if language == "en":
        return f"{day.day}{NBSP}{ENGLISH_MONTHS[day.month - 1]}{NBSP}{day.year}"
    if language == "uk":
        return f"{day.day}{NBSP}{UKRAINIAN_MONTHS[day.month - 1]}{NBSP}{day.year}{NBSP}р."
    return format_date(day)


def sum_in(language: str, amount: Decimal) -> str:
    """«1 234,56 zł», «PLN 1,234.56», «1 234,56 злотих»."""
    if language == "en":
        return f"PLN{NBSP}{grosz(amount):,.2f}"
    told = format_pln(amount)
    return told.replace("zł", "злотих") if language == "uk" else told
