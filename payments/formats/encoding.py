"""In which encoding a Polish bank wrote a file: told by its bytes, since no format of theirs says it."""

import codecs
from typing import BinaryIO

BLOCK = 1 << 16
POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
ENCODINGS = ("cp1250", "iso8859-2", "cp852")
LETTERS = {encoding: frozenset(POLISH.encode(encoding)) for encoding in ENCODINGS}
FILLERS = b"\x00\x01\x03\xff"  # marks of blocks, and what PKO fills empty sub-fields with


def guess_encoding(stream: BinaryIO, *, likely: str = "cp1250") -> str:
    """The encoding of *stream* from its place to its end, in which it is left: UTF-8 when all of it is valid, else the
    one in which the most of its high bytes are Polish letters; *likely* where nothing tells.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, seen = True, [0] * 256
    while block := stream.read(BLOCK):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        if is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        for byte in block:
            seen[byte] += 1
    high = {byte: count for byte, count in enumerate(seen) if byte > 127 and byte != 0xFF and count}
    if is_utf8 and not decoder.getstate()[0]:
        return "utf-8"
    if not high:
        return likely

    def score(encoding: str) -> tuple[int, bool]:
        letters = LETTERS[encoding]
        return sum(count if byte in letters else -count for byte, count in high.items()), encoding == likely

    return max(ENCODINGS, key=score)
