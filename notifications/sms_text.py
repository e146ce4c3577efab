"""SMS text: GSM-7 or UCS-2, how many parts, and Polish letters made cheap (3GPP TS 23.038)."""

import math
import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_PART = 160, 153
UCS_ALONE, UCS_PART = 70, 67

CHEAP = str.maketrans(
    {
        **dict(zip("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ", strict=True)),
        **dict.fromkeys("„”“«»", '"'),
        **dict.fromkeys("‚’‘`´′", "'"),
        **dict.fromkeys("–—−‐‑", "-"),
        **dict.fromkeys("\u00a0\u202f\t" + "".join(map(chr, range(0x2000, 0x200B))), " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
        "×": "x",
    }
)


PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")


@dataclass(frozen=True)
class SmsSize:
    """How a text travels: `units` are septets (GSM-7) or 16-bit units (UCS-2); `non_gsm` are the letters to blame."""

    encoding: str
    units: int
    parts: int
    non_gsm: tuple[str, ...]


def transliterate(text: str) -> str:
    """*text* with Polish letters and typography in their GSM-7 form: «ą» → «a», «„» → «"».

    Other accented letters lose their accent where that makes them GSM-7; what is left (Cyrillic, emoji) stays as it is.
    """
    if BASIC.issuperset(text):
        return text
    cheap = unicodedata.normalize("NFC", text)
    for letter in set(cheap) - BASIC:  # far fewer than letters of the text
        if (plain := CHEAP.get(ord(letter))) is not None:
            cheap = cheap.replace(letter, plain)
    if BASIC.issuperset(cheap):
        return cheap
    return "".join(letter if _is_gsm(letter) else _base(letter) for letter in cheap)


def for_phones(text: str, *, is_transliterated: bool) -> str:
    """*text* as it goes out: transliterated, or with plain spaces alone, for a no-break one makes an SMS dear."""
    return transliterate(text) if is_transliterated else text.translate(PLAIN_SPACES)


def _is_gsm(letter: str) -> bool:
    return letter in BASIC or letter in EXTENSION


def _base(letter: str) -> str:
    if unicodedata.combining(letter):
        return ""
    bare = "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
    return bare if bare and all(_is_gsm(part) for part in bare) else letter


def _packed(widths: list[int], room: int) -> int:
    """Parts needed when no letter's units may be split between two parts."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def sms_size(text: str) -> SmsSize:
    """Encoding, units and parts of *text*, exact: no escape sequence and no surrogate pair is split across parts."""
    if BASIC.issuperset(text):
        units = len(text)
        return SmsSize("GSM-7", units, 1 if units <= GSM_ALONE else math.ceil(units / GSM_PART), ())
    letters = set(text)
    strange = tuple(sorted(letter for letter in letters if not _is_gsm(letter)))
    if not strange:
        widths = [2 if letter in EXTENSION else 1 for letter in text]
        units = sum(widths)
        return SmsSize("GSM-7", units, 1 if units <= GSM_ALONE else _packed(widths, GSM_PART), ())
    units = len(text.encode("utf-16-le")) // 2
    if units <= UCS_ALONE:
        return SmsSize("UCS-2", units, 1, strange)
    if units == len(text):
        return SmsSize("UCS-2", units, math.ceil(units / UCS_PART), strange)
    return SmsSize("UCS-2", units, _packed([2 if ord(letter) > 0xFFFF else 1 for letter in text], UCS_PART), strange)
