"""The code of a receipt: what it is made of, how it is printed, and how it is read when somebody types it."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O and U
ALIKE = str.maketrans("OIL", "011")
GAPS = re.compile(r"[\s\u00a0.\-–]")
SIGNS = 16
RANDOM_BYTES = 10  # 80 bits: nobody guesses one, however long they try
LONGEST_TYPED = 60


def code_from(random: bytes) -> str:
    """The code that ten *random* bytes make."""
    number = int.from_bytes(random, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))


def spaced(code: str) -> str:
    """The code as it is printed: «7K3M-09QD-X2VF-8RTA»."""
    return "-".join(code[place : place + 4] for place in range(0, SIGNS, 4))


def typed_code(text: str) -> str:
    """The code that somebody typed, whatever its letter case, gaps and letters that look like digits; '' for none."""
    code = GAPS.sub("", text[:LONGEST_TYPED]).upper().translate(ALIKE)
    return code if len(code) == SIGNS and set(code) <= set(ALPHABET) else ""
