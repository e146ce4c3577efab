"""How many parts an SMS takes: GSM 03.38 with its extension table, UCS-2 in UTF-16 units, nothing split in two."""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ALL_GSM = BASIC | EXTENDED
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”“’‘–—\u00a0\t", 'acelnoszzACELNOSZZ"""\'\'--  ', "\u200b\u200c\u200d\ufeff")


@dataclass(frozen=True, slots=True)
class Size:
    """`units` are septets when not `unicode`, else 16-bit units."""

    units: int
    parts: int
    unicode: bool


def normalized(text: str) -> str:
    """What `normalize=1` sends: Polish letters without their marks, typographic signs as plain ones."""
    return text.translate(PLAIN).replace("…", "...")


def measured(text: str) -> Size:
    """The size of *text* as one message."""
    if BASIC.issuperset(text):
        units = len(text)
        return Size(units, 1 if units <= 160 else -(-units // 153), unicode=False)
    if ALL_GSM.issuperset(text):
        widths = [2 if letter in EXTENDED else 1 for letter in text]
        return Size(sum(widths), _parts(widths, alone=160, each=153), unicode=False)
    widths = [2 if letter > "\uffff" else 1 for letter in text]
    return Size(sum(widths), _parts(widths, alone=70, each=67), unicode=True)


def _parts(widths: list[int], *, alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return parts
