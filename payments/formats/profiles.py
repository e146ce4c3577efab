"""How Polish banks fill MT940: data, one record a bank, by the bank's number (digits 3 to 6 of an NRB).

Layouts as seen in banks' own descriptions and in samples; where a bank is not here, `COMMON` reads the numbering that
nearly all share. The sign that parts sub-fields is read off each field, so that a channel that uses another one is read
too; `separator` only says what to expect.
"""

from dataclasses import dataclass

TITLE = tuple(str(number) for number in range(20, 30))


@dataclass(frozen=True)
class BankProfile:
    """One bank's dialect. Fields are the two digits of `:86:` sub-fields."""

    name: str
    banks: tuple[str, ...] = ()
    separator: str = "~"
    encoding: str = "cp1250"
    title: tuple[str, ...] = TITLE
    title_width: int = 27
    people: tuple[str, ...] = ("32", "33")
    address: tuple[str, ...] = ("62", "63")
    iban: str = "38"
    sort_code: str = "30"
    number: str = "31"
    debited: str = ""  # the day of the order, where it is told
    mass: tuple[str, ...] = ("63", "62", "61", "60")  # where a virtual account may stand
    labels: bool = False  # words instead of numbers: mBank
    meanings: tuple[tuple[str, str], ...] = ()  # the bank's codes → «mass», «return», «fee»


COMMON = BankProfile("bank")
PROFILES = (
    BankProfile(
        "PKO BP",
        ("1020",),
        encoding="cp852",
        title=("20", "21", "22", "23", "24", "25"),
        address=("60", "61", "62"),
        debited="60",
        mass=("63",),
        meanings=(("210", "mass"),),
    ),
    BankProfile("PKO BP (dawny Nordea)", ("1440",), separator="+"),
    BankProfile("Pekao SA", ("1240",), separator="^", encoding="cp852", meanings=(("723", "credit"), ("641", "debit"))),
    BankProfile(
        "mBank", ("1140",), separator=";", labels=True, meanings=(("911", "mass"), ("770", "credit"), ("944", "credit"))
    ),
    BankProfile("Alior Bank", ("2490",), title=("20", "21", "22", "23", "24", "25", "26", "27", "28"), number="29"),
    BankProfile("Alior Bank (dawny BPH)", ("1060",), separator="<", encoding="cp852"),
    BankProfile("ING Bank Śląski", ("1050",), separator="~", encoding="iso8859-2"),
    BankProfile("Santander", ("1090",), separator="<"),
    BankProfile("BNP Paribas", ("1600", "2030"), separator="<", title_width=35),
    BankProfile("Bank Millennium", ("1160",), separator="~"),
    BankProfile("Bank Ochrony Środowiska", ("1540",), encoding="iso8859-2"),
    BankProfile("Bank Gospodarstwa Krajowego", ("1130",), separator="?"),
    BankProfile("Credit Agricole", ("1940",), separator="?"),
    BankProfile("Citi Handlowy", ("1030",), separator="?"),
    BankProfile("Bank Pocztowy", ("1320",), encoding="iso8859-2"),
    BankProfile("Bank Polskiej Spółdzielczości", ("1930",), encoding="cp852"),
    BankProfile("SGB-Bank", ("1610",), separator="^", encoding="utf-8"),
)
_BY_BANK: dict[str, BankProfile] = {}


def use_banks(own: tuple[BankProfile, ...]) -> None:
    """Read a bank's statements by the town's *own* profile of it, where there is one, instead of ours."""
    _BY_BANK.clear()
    _BY_BANK.update((bank, profile) for profile in (*PROFILES, *own) for bank in profile.banks)


use_banks(())


def profile_of(account: str) -> BankProfile:
    """The profile of the bank that keeps *account* (26 digits); `COMMON` for others."""
    return _BY_BANK.get(account[2:6], COMMON) if len(account) == 26 else COMMON
