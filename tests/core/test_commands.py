"""A command called wrongly from a shell says so in Polish and ends with code 2."""

from io import StringIO

import pytest
from django.core.management import call_command, get_commands, load_command_class

from core.command_words import polish_words


def shell(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a command called from a shell."""
    command = load_command_class(get_commands()[arguments[0]], arguments[0])
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", *arguments])
    return int(end.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import_dues"], "Brakuje argumentów: file."),
        (["import_dues", "x.csv", "--zle"], "Nieznane argumenty: --zle."),
        (["import_dues", "x.csv", "--as-of"], "Po --as-of brakuje wartości."),
        (["queue_reminders", "--json=tak"], "--json nie przyjmuje wartości, a podano 'tak'."),
        (["due_date", "2026-03-15"], "Brakuje argumentów: --regime."),
        (["due_date", "2026-03-15", "--regime", "karny"], "--regime: nie ma takiej możliwości jak 'karny'."),
        (["load_demo", "--people", "wielu"], "--people: 'wielu' to nie jest liczba całkowita."),
        (["interest", "1", "--p", "2026-01-01"], "Skrót --p jest niejednoznaczny"),
    ],
)
def test_arguments_that_cannot_be_read_are_told_in_polish(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = shell(capsys, *arguments)
    assert code == 2
    assert words in said
    assert f"Użycie: manage.py {arguments[0]}" in said


def test_what_has_no_words_yet_is_not_swallowed() -> None:
    assert polish_words("argument x: odd") == "Polecenia nie da się odczytać: argument x: odd."


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["0001-01-01", "31.12.9999", "1949-12-31"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["queue_reminders", "--on"],
        ["due_date", "--regime", "tax"],
        ["interest", "100", "--regime", "tax", "--paid", "2026-01-02", "--due"],
    ],
)
def test_a_day_out_of_all_calendars_is_refused(arguments: list[str], day: str) -> None:
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(*arguments, day, stderr=said)
    assert end.value.code == 2
    assert "poza latami 1950–2150" in said.getvalue()
