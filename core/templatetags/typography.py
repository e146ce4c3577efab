"""Polish typography for templates: money, days, phones, no-break spaces. Built in: no {% load %} needed."""

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.dates import format_date, format_date_short
from core.money import MINUS, format_pln
from core.nrb import format_nrb
from core.phones import format_phone

register = template.Library()
NBSP = "\u00a0"
ONE_LETTER = re.compile(r"(?<![\w&])([aiouwzAIOUWZ]) ")

register.filter("nrb", format_nrb)
register.filter("phone", format_phone)


@register.filter
def pln(amount: Decimal) -> str:
    """«1 234,56 zł»."""
    return format_pln(Decimal(amount))


@register.filter
def count(number: int) -> str:
    """«10 624»; four digits stay together, as Polish has it."""
    return f"{number:,}".replace(",", NBSP) if abs(number) >= 10_000 else str(number)


@register.filter
def pln_typed(amount: Decimal) -> str:
    """«1234,56», as it stands in a field where one types an amount."""
    return f"{Decimal(amount):.2f}".replace(".", ",")


@register.filter
def day(value: date | datetime | None) -> str:
    """«15 marca 2026»; nothing for None."""
    return "" if value is None else format_date(_day(value))


@register.filter
def day_short(value: date | datetime | None) -> str:
    """«15.03.2026»; nothing for None."""
    return "" if value is None else format_date_short(_day(value))


@register.filter
def moment(value: datetime | None) -> str:
    """«15 marca 2026, 14:05», Warsaw time; nothing for None."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{format_date(local.date())}, {local:%H:%M}"


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def percent(value: Decimal) -> str:
    """«11,5%» (no needless zeros)."""
    return f"{Decimal(value).normalize():f}".replace(".", ",").replace("-", MINUS) + "%"


@register.filter(needs_autoescape=True)
def nbsp(text: str, autoescape: bool = True) -> SafeString:  # noqa: FBT001, FBT002  Django's own signature
    """Bind one-letter words to the next one, so that no line ends with them."""
    escaped = conditional_escape(text) if autoescape else text
    return mark_safe(ONE_LETTER.sub(rf"\1{NBSP}", escaped))  # noqa: S308  escaped above


@register.filter
def plural(number: int, forms: str) -> str:
    """The form for *number* of «należność,należności,należności»: one, two to four, many."""
    one, few, many = forms.split(",")
    if number == 1:
        return one
    return few if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14} else many
