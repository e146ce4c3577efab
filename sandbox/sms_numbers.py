"""Phone numbers as SMSAPI reads them: which are correct, which are landlines."""

MOBILE = frozenset({"45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"})
SEPARATORS = str.maketrans("", "", " -()\u00a0")


def readable(submitted: str) -> str:
    """*submitted* as digits with the country's prefix, or an empty string when it is no phone number."""
    if len(submitted) == 11 and submitted.isdecimal() and submitted.isascii() and submitted[:2] == "48":
        return submitted
    digits = submitted.translate(SEPARATORS).removeprefix("+")
    digits = digits.removeprefix("00") if submitted.strip().startswith("00") else digits
    if not (digits.isascii() and digits.isdecimal()):
        return ""
    if len(digits) == 9 and digits[0] != "0":
        digits = f"48{digits}"
    if digits.startswith("48"):
        return digits if len(digits) == 11 else ""
    return digits if 8 <= len(digits) <= 15 and digits[0] != "0" else ""


def is_landline(number: str) -> bool:
    """Whether *number* is Polish and not a mobile one."""
    return number[:2] == "48" and number[2:4] not in MOBILE


def is_polish(number: str) -> bool:
    """Whether *number* is Polish."""
    return number[:2] == "48"
