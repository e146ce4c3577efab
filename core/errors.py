"""Refused: the one way a rule or an action says no.

Refused
├── from a rule (identity, money, dates, rows): the input is wrong, and the words say how to mend it
├── from an action: the state of things forbids it (paid already, code used up)
└── from a file reader: this is no such file

Pages show it, the API and `--json` print it, commands end with code 2; tests match the code.
"""


class Refused(Exception):
    """A refusal in words for people (Polish): what is wrong, where, and how to mend it."""

    def __init__(self, code: str, message: str, *, where: str = "", mend: str = "") -> None:
        """*code* is for programs, *message* and *mend* for people, *where* names the field or column."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()
