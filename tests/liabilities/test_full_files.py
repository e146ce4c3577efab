"""Full files: what is missing waits for a clerk; renumbered keys are noticed; two imports at once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Refused
from liabilities.importing import HowToImport, ImportReport, import_dues
from liabilities.missing_dues import keep_missing, write_off_missing
from liabilities.models import ImportChange, ImportKind, ImportRun, Instalment, LedgerEntry, MissingDue
from tests import make

T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
FULL = HowToImport(kind=ImportKind.FULL)


def bring(*lines: str, at: int = 0, how: HowToImport = FULL) -> ImportReport:
    """Import lines that the source knew *at* an hour."""
    moment = T0 + timedelta(hours=at)
    return import_dues(
        "\n".join([make.HEADER, *lines]).encode(),
        file_name="dues.csv",
        source="test",
        as_of=moment,
        on=timezone.localdate(moment),
        by=make.BY,
        how=how,
    )


def row(serial: int, *, key: str = "", **extra: object) -> str:
    """One row of the payer of that serial number."""
    line = {"key": key or f"A-{serial}", "due_on": date(2026, 5, 15), **extra}
    return make.row(make.pesel(serial), **line)  # type: ignore[arg-type]


def waiting() -> list[str]:
    """Keys of dues that wait for a decision."""
    return list(MissingDue.objects.filter(decision="waits").values_list("instalment__external_id", flat=True))


@pytest.mark.django_db
def test_what_a_full_file_does_not_name_is_listed_and_stays_open() -> None:
    bring(row(1), row(2), row(3, paid="100,00"))
    assert bring(row(1), at=1).missing == 1
    assert waiting() == ["A-2"]
    assert make.instalment("A-2").outstanding == 100
    assert bring(row(1), at=2).missing == 0


@pytest.mark.django_db
def test_a_row_that_was_refused_is_not_missing() -> None:
    bring(row(1), row(2))
    assert bring(row(1), row(2, amount="x"), at=1).missing == 0


@pytest.mark.django_db
def test_a_delta_misses_nothing_and_a_row_that_comes_back_is_noted() -> None:
    bring(row(1), row(2))
    assert bring(row(1), at=1, how=HowToImport()).missing == 0
    bring(row(1), at=2)
    bring(row(2), at=3, how=HowToImport())
    assert (waiting(), MissingDue.objects.get().decision) == ([], "came_back")


@pytest.mark.django_db
def test_a_clerk_keeps_one_and_writes_off_another() -> None:
    bring(row(1), row(2), row(3))
    bring(row(1), at=1)
    kept, gone = MissingDue.objects.order_by("pk")
    keep_missing(kept, by=make.BY, at=T0)
    write_off_missing(gone, by=make.BY, at=T0)
    assert [str(make.instalment(key).outstanding) for key in ("A-2", "A-3")] == ["100.00", "0.00"]
    with pytest.raises(Refused, match="już zdecydowano"):
        write_off_missing(kept, by=make.BY, at=T0)
    assert bring(row(1), at=2).missing == 0


@pytest.mark.django_db
def test_a_source_that_renumbers_its_keys_is_refused_and_taken_over_when_confirmed() -> None:
    bring(*(row(serial, paid="30,00") for serial in range(1, 13)))
    renumbered = [row(serial, key=f"N-{serial}", paid="30,00") for serial in range(1, 13)]
    with pytest.raises(Refused) as refusal:
        bring(*renumbered, at=1)
    assert (refusal.value.code, "12 z 12 nowych wierszy" in refusal.value.message) == ("keys_renumbered", True)
    assert (Instalment.objects.count(), ImportRun.objects.count()) == (12, 1)
    report = bring(*renumbered, at=1, how=HowToImport(kind=ImportKind.FULL, keys_changed=True))
    assert (report.created, report.updated, report.unchanged, report.missing) == (0, 0, 12, 0)
    assert {due.external_id[0] for due in Instalment.objects.all()} == {"N"}
    assert ImportChange.objects.filter(run=report.run_id).count() == 12


@pytest.mark.django_db
def test_new_dues_that_only_look_alike_are_no_renumbering() -> None:
    bring(*(row(serial) for serial in range(1, 13)))
    twice = [row(serial, key=f"N-{serial}") for serial in range(1, 13)]
    assert bring(*(row(serial) for serial in range(1, 13)), *twice, at=1).created == 12


@pytest.mark.usefixtures("committed")
def test_a_second_import_of_a_source_may_be_told_to_come_later() -> None:
    other = connection.copy()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import_dues test', 0))")
            with pytest.raises(Refused, match="Właśnie trwa inny import") as refusal:
                bring(row(1), how=HowToImport(waits=False))
        assert refusal.value.code == "import_running"
        assert ImportRun.objects.count() == 0
    finally:
        other.close()


@pytest.mark.usefixtures("committed")
def test_two_imports_of_one_file_at_once_make_its_dues_once() -> None:
    together = threading.Barrier(2, timeout=60)
    made: list[tuple[int, int]] = []

    def load() -> None:
        together.wait(timeout=10)
        try:
            report = bring(*(row(serial) for serial in range(1, 30)))
            made.append((report.created, report.unchanged))
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(made) == [(0, 29), (29, 0)]
    assert Instalment.objects.count() == LedgerEntry.objects.count() == 29
