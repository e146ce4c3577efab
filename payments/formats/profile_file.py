"""A town's own profiles of files, read from TOML: its bank's dialect of MT940, columns of settlement files."""

import tomllib
from dataclasses import fields
from typing import Any, TypeVar

from core.errors import Refused
from payments.formats.eplatnosci import SettlementProfile, use_settlements
from payments.formats.profiles import BankProfile, use_banks

TABLES = frozenset({"mt940", "eplatnosci"})
WORDS: dict[type, str] = {str: "a text", bool: "true or false", tuple: "a list of texts", int: "a whole number"}
Profile = TypeVar("Profile", BankProfile, SettlementProfile)


def use_profiles(text: str) -> None:
    """Read files by the profiles in *text* before ours. Raises Refused `profile_wrong`, which says where."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(str(error)) from error
    if unknown := sorted(told.keys() - TABLES):
        raise _wrong(f"there is no table [[{unknown[0]}]]; known are [[mt940]] and [[eplatnosci]]")
    banks = tuple(_record(BankProfile, row, f"mt940 {at}") for at, row in enumerate(told.get("mt940", []), 1))
    for bank in banks:
        if not bank.banks or not all(len(number) == 4 and number.isdecimal() for number in bank.banks):
            raise _wrong(f"{bank.name}: `banks` must list digits 3 to 6 of the bank's accounts, four digits each")
    use_banks(banks)
    use_settlements(
        tuple(
            _record(SettlementProfile, row, f"eplatnosci {at}") for at, row in enumerate(told.get("eplatnosci", []), 1)
        )
    )


def _wrong(why: str) -> Refused:
    return Refused("profile_wrong", f"SPM_BANK_PROFILES: {why}.")


def _record(kind: type[Profile], row: Any, where: str) -> Profile:
    """A record of *kind* from a table of the file; anything unknown or of another kind is refused."""
    if not isinstance(row, dict) or not row.get("name"):
        raise _wrong(f"{where} needs a name")
    known: dict[str, Any] = {field.name: field.default for field in fields(kind)}
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name not in known:
            raise _wrong(f"{where} ({row['name']}): there is no field `{name}`")
        given = tuple(value) if isinstance(value, list) else value
        wanted = str if name == "name" else type(known[name])
        if type(given) is not wanted or (wanted is tuple and not all(isinstance(one, str) for one in given)):
            raise _wrong(f"{where} ({row['name']}): `{name}` must be {WORDS[wanted]}")
        values[name] = given
    return kind(**values)
