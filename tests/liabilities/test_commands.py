"""The same actions from a shell: answers, words and exit codes."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from liabilities.models import Holiday, ImportRun, LedgerEntry, Reading
from notifications.models import Message
from tests import make

pytestmark = pytest.mark.django_db
NUMBER = make.pesel(5)


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A dues file with one good row and one bad one."""
    path = tmp_path / "naleznosci.csv"
    path.write_text("\n".join([make.HEADER, make.row(NUMBER), make.row(NUMBER, key="A-2", amount="abc")]), "utf-8")
    return path


def test_import_dues_prints_what_came_of_the_file(file: Path) -> None:
    code, out, err = run("import_dues", str(file), "--source", "fk", "--as-of", "2026-03-01T06:00:00+01:00", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "rows": 2,
        "accepted": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "errors": [
            {
                "line": 3,
                "column": "kwota",
                "value": "abc",
                "message": "To nie jest kwota. Podaj kwotę w złotych, na przykład 123,45.",
            }
        ],
    }
    assert list(json.loads(out)) == ["rows", "accepted", "created", "updated", "unchanged", "rejected", "errors"]
    run_ = ImportRun.objects.get()
    assert (run_.source, run_.as_of.isoformat()) == ("fk", "2026-03-01T05:00:00+00:00")


def test_import_dues_without_json_speaks_polish(file: Path) -> None:
    code, out, _ = run("import_dues", str(file))
    assert code == 0
    assert out.startswith("Wierszy: 2. Nowych: 1, zmienionych: 0, bez zmian: 0, odrzuconych: 1.\n  wiersz 3, kwota:")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "Plik jest pusty"), (b"%PDF-1.4", "To plik PDF"), (b"a;b\n1;2", "brakuje kolumn")],
)
def test_a_file_that_is_none_ends_with_2_and_changes_nothing(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    code, out, err = run("import_dues", str(path))
    assert (code, out, ImportRun.objects.count()) == (2, "", 0)
    assert words in err


@pytest.mark.parametrize("path", ["nie-ma.csv", "."])
def test_a_missing_file_ends_with_2(path: str) -> None:
    code, _, err = run("import_dues", path)
    assert (code, "Nie można odczytać pliku" in err) == (2, True)


@pytest.mark.parametrize("moment", ["wczoraj", "2026-13-01T00:00", "2100-01-01T00:00", "0001-01-01T00:00"])
def test_a_moment_that_cannot_be_ends_with_2(file: Path, moment: str) -> None:
    code, _, err = run("import_dues", str(file), "--as-of", moment)
    assert (code, LedgerEntry.objects.count()) == (2, 0)
    assert "--as-of" in err


def test_queue_reminders_queues_the_reminders_of_a_day() -> None:
    make.consent(NUMBER, channels=("sms",))
    due_on = make.today().replace(day=15)
    make.dues(make.row(NUMBER, due_on=due_on))
    term = make.instalment().payable_by
    code, out, _ = run("queue_reminders", "--on", term.replace(day=term.day - 1).isoformat(), "--json")
    answer = json.loads(out)
    assert (code, answer["queued"], answer["by_rule"]["1"], answer["declined_sources"]) == (0, 1, 1, [])
    assert Message.objects.count() == 1


def test_queue_reminders_wants_a_day() -> None:
    code, _, err = run("queue_reminders", "--on", "jutro")
    assert (code, "to nie jest data" in err) == (2, True)


def test_prove_ledger_says_when_a_sum_is_off() -> None:
    make.dues(make.row(NUMBER))
    assert json.loads(run("prove_ledger", "--json")[1]) == {"broken": 0}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE liabilities_instalment SET outstanding = outstanding - 1")
    code, _, err = run("prove_ledger")
    assert (code, "Księga się nie zgadza" in err) == (2, True)


def test_interest_takes_the_term_of_the_decision_and_shows_each_period() -> None:
    # 15 March 2026 is a Sunday: interest runs from the 17th.
    code, out, _ = run("interest", "1000", "--due", "2026-03-15", "--paid", "2026-06-30", "--regime", "tax", "--json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["interest"], answer["unrounded"], answer["due"], answer["days"]) == (
        "30.00",
        "30.4932",
        "2026-03-16",
        106,
    )
    assert answer["periods"] == [
        {"from": "2026-03-17", "to": "2026-06-30", "days": 106, "rate": "10.50", "interest": "30.4932"}
    ]
    assert list(answer) == ["interest", "unrounded", "due", "days", "periods", "legal_basis"]
    assert "art. 53" in answer["legal_basis"]
    assert (
        "Odsetki: 30,00\xa0zł"
        in run("interest", "1000", "--due", "15.03.2026", "--paid", "30.06.2026", "--regime", "tax")[1]
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0", "--due", "2026-03-15", "--paid", "2026-06-30", "--regime", "tax"], "większa od zera"),
        (["x", "--due", "2026-03-15", "--paid", "2026-06-30", "--regime", "tax"], "To nie jest kwota"),
        (["1", "--due", "2026-02-30", "--paid", "2026-06-30", "--regime", "tax"], "nie ma w kalendarzu"),
        (["1", "--due", "1999-03-15", "--paid", "2026-06-30", "--regime", "tax"], "Brakuje stopy odsetek"),
        (["1", "--due", "2026-03-15", "--paid", "2026-06-30", "--regime", "civil", "--reduced"], "--reduced"),
    ],
)
def test_interest_refuses_what_it_cannot_count(arguments: list[str], words: str) -> None:
    code, out, err = run("interest", *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("day", "regime", "moved_to", "reason"),
    [
        ("2026-03-15", "tax", "2026-03-16", "art. 12 § 5"),
        ("31.01.2026", "civil", "2026-02-02", "art. 115"),
        ("2025-12-24", "tax", "2025-12-29", "Wigilia"),
        ("2026-05-15", "tax", "2026-05-15", ""),
    ],
)
def test_due_date_moves_a_term(day: str, regime: str, moved_to: str, reason: str) -> None:
    answer = json.loads(run("due_date", day, "--regime", regime, "--json")[1])
    assert list(answer) == ["due", "moved_to", "reason"]
    assert answer["moved_to"] == moved_to
    assert reason in answer["reason"]


def test_an_unknown_regime_is_refused_by_the_shell() -> None:
    with pytest.raises(CommandError):
        call_command("due_date", "2026-03-15", "--regime", "karny")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ("100 --principal 300 --interest 100 --regime tax", ("0.00", "25.00", "75.00", "0.00")),
        ("116 --principal 300 --interest 100 --costs 16 --regime tax", ("16.00", "25.00", "75.00", "0.00")),
        ("116 --principal 300 --interest 100 --costs 16 --regime civil", ("16.00", "100.00", "0.00", "0.00")),
        ("420,50 --principal 300 --interest 100 --regime civil", ("0.00", "100.00", "300.00", "20.50")),
    ],
)
def test_allocate_prints_how_a_payment_splits(arguments: str, parts: tuple[str, ...]) -> None:
    code, out, _ = run("allocate", *arguments.split(), "--json")
    answer = json.loads(out)
    assert (code, tuple(answer[name] for name in ("costs", "interest", "principal", "excess"))) == (0, parts)
    assert "art." in answer["legal_basis"]


def test_allocate_without_json_speaks_polish() -> None:
    out = run("allocate", "100", "--principal", "300", "--interest", "100", "--regime", "tax")[1]
    assert out.replace("\xa0", " ").splitlines()[:4] == [
        "Wpłata: 100,00 zł",
        "Koszty upomnienia: 0,00 zł",
        "Odsetki: 25,00 zł",
        "Należność główna: 75,00 zł",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("0 --principal 300 --interest 1 --regime tax", "większa od zera"),
        ("1 --principal -300 --interest 1 --regime tax", "nie może być ujemna"),
        ("1 --principal 300 --interest 0,001 --regime tax", "więcej niż dwa miejsca"),
        ("x --principal 300 --interest 1 --regime civil", "To nie jest kwota"),
    ],
)
def test_allocate_refuses_what_cannot_be_split(arguments: str, words: str) -> None:
    code, out, err = run("allocate", *arguments.split())
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(("answer", "interest"), [("rounded", "9.00"), ("exact", "0.00")])
def test_the_limit_is_compared_as_the_town_reads_the_law_on_that_day(answer: str, interest: str) -> None:
    Reading.objects.create(question="minimum_compares", valid_from=date(2026, 6, 1), answer=answer)
    arguments = ("--due", "2026-03-16", "--regime", "tax", "--json")
    before = json.loads(run("interest", "598", "--paid", "2026-05-05", *arguments)[1])
    assert (before["unrounded"], before["interest"]) == ("8.6014", "9.00")  # rounded it is above 8.70
    edge = json.loads(run("interest", "380", "--paid", "2026-06-03", *arguments)[1])
    assert (edge["unrounded"], edge["interest"]) == ("8.6359", interest)


def test_a_day_off_entered_in_admin_moves_terms_everywhere() -> None:
    Holiday.objects.create(day="05-15", valid_from=2026, valid_to=2026, name="Dzień próby")
    answer = json.loads(run("due_date", "2026-05-15", "--regime", "tax", "--json")[1])
    assert (answer["moved_to"], "Dzień próby" in answer["reason"]) == ("2026-05-18", True)
    make.dues(make.row(NUMBER, due_on=date(2026, 5, 15)))
    assert make.instalment().payable_by == date(2026, 5, 18)
