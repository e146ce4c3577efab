"""Every environment variable that SPM reads: its name, type, default and meaning, each named once.

`docs/configuration.md` is made from this file (`manage.py configuration_table`), and a test compares them.
A variable `NAME` whose value is a secret may be given as `NAME_FILE`, a path to a file that holds it.
"""

import os
from dataclasses import dataclass
from pathlib import Path


class WrongSetting(Exception):
    """An environment variable is missing or cannot be read; the message names it and says how to mend it."""


@dataclass(frozen=True)
class Variable:
    """One environment variable, for the generated table of settings."""

    name: str
    kind: str
    default: str
    meaning: str
    secret: bool = False


DECLARED: dict[str, Variable] = {}


def _raw(variable: Variable) -> str | None:
    DECLARED[variable.name] = variable
    value = os.environ.get(variable.name)
    if value is None and variable.secret and (path := os.environ.get(f"{variable.name}_FILE")):
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongSetting(f"{variable.name}_FILE: cannot read {path}: {error.strerror}") from error
    return value


def text(name: str, default: str | None, meaning: str, *, secret: bool = False) -> str:
    """A piece of text. A default of None makes the variable required; raises WrongSetting when it is absent."""
    shown = "(required)" if default is None else "(generated)" if secret and default else default
    value = _raw(Variable(name, "text", shown, meaning, secret))
    if value is None and default is None:
        raise WrongSetting(f"{name} is not set. {meaning} Set it in the environment (see docs/configuration.md).")
    return default or "" if value is None else value


def integer(name: str, default: int, meaning: str) -> int:
    """A whole number. Raises WrongSetting when the value is none."""
    value = _raw(Variable(name, "integer", str(default), meaning))
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise WrongSetting(f"{name}={value!r} is not a whole number.") from error


def flag(name: str, default: bool, meaning: str) -> bool:  # noqa: FBT001  a flag's default is a value here
    """True or false. Raises WrongSetting for any word other than 1/0, true/false, yes/no, on/off."""
    value = _raw(Variable(name, "flag", "true" if default else "false", meaning))
    if value is None:
        return default
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in known:
        raise WrongSetting(f"{name}={value!r} is neither true nor false.")
    return known[value.strip().lower()]


def words(name: str, default: list[str] | None, meaning: str, *, secret: bool = False) -> list[str]:
    """A comma-separated list, blanks dropped. A default of None makes the variable required."""
    shown = "(required)" if default is None else "(generated)" if secret and default else ",".join(default)
    value = _raw(Variable(name, "list", shown, meaning, secret))
    if value is None and default is None:
        raise WrongSetting(f"{name} is not set. {meaning} Set it in the environment (see docs/configuration.md).")
    return default or [] if value is None else [word.strip() for word in value.split(",") if word.strip()]
