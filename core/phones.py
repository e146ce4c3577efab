"""Phone numbers, Polish unless they say otherwise, kept as E.164."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from core.errors import Refused

MEND = "Podaj numer, na przykład 500 100 200."
ONE = "Podaj jeden numer, bez wewnętrznego, na przykład 500 100 200."
LETTER_AFTER_DIGIT = re.compile(r"[0-9][^0-9]*[^\W\d_]")
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def _number(text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(text, "PL")
    except NumberParseException as error:
        raise Refused("phone_unreadable", "To nie jest numer telefonu.", mend=MEND) from error
    # The library reads «500-ABC-200» as digits and a second number after a comma as an extension.
    if number.extension or LETTER_AFTER_DIGIT.search(text):
        raise Refused("phone_unreadable", "To nie jest jeden numer telefonu.", mend=ONE)
    if not phonenumbers.is_valid_number(number):
        raise Refused("phone_unknown", "Takiego numeru telefonu nie ma.", mend=MEND)
    return number


def parse_phone(text: str) -> str:
    """The number as E.164 («+48500100200»). Raises Refused `phone_unreadable` or `phone_unknown`."""
    return str(phonenumbers.format_number(_number(text), PhoneNumberFormat.E164))


def parse_mobile(text: str) -> str:
    """As `parse_phone`, and refuses (`not_mobile`) a number that takes no SMS."""
    number = _number(text)
    if phonenumbers.number_type(number) not in MOBILE:
        raise Refused("not_mobile", "To numer stacjonarny: SMS do niego nie dojdzie.", mend="Podaj numer komórkowy.")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def format_phone(e164: str) -> str:
    """«+48 500 100 200», with no-break spaces; a text that is no number stays as it is."""
    try:
        number = phonenumbers.parse(e164, "PL")
    except NumberParseException:
        return e164
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)).replace(" ", "\u00a0")


def mask_phone(e164: str) -> str:
    """«+48 *** *** 200»: enough to recognise one's own number."""
    return f"{e164[:3]}\u00a0***\u00a0***\u00a0{e164[-3:]}" if len(e164) > 6 else "***"
