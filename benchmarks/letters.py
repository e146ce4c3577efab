"""Dunning letters on all cores, from numbered rows to sealed files, beside bare WeasyPrint on the same HTML."""

import os
from datetime import timedelta
from pathlib import Path

import weasyprint
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import world
from benchmarks.table import rate_of, show
from liabilities.importing import import_dues
from liabilities.letter_content import html_of
from liabilities.letter_runs import Order, number_some, order_letters, work_runs
from liabilities.models import DunningLetter, LetterFile, LetterRun, RunState
from residents.models import Payer

# SPM_BENCH_LETTERS makes it smaller, to try it out.
LETTERS = int(os.environ.get("SPM_BENCH_LETTERS", "600"))
BARE = 20
KIND = "PODATEK_NIERUCHOMOSCI_OF"


def _fill() -> LetterRun:
    """A run whose letters have their numbers and no sheets."""
    world.empty()
    now, today = timezone.now(), timezone.localdate()
    term = today - timedelta(days=60)
    rows = [
        (*row[:5], term.year, row[6], term, 600, 0, row[10]) for row in world.dues_rows(LETTERS * 4) if row[6] in {1, 2}
    ]
    import_dues(world.dues_file(rows), file_name="b", source="bench", as_of=now, on=today, at=now, by=world.BY)
    Payer.objects.update(street="Lipowa 1", postal_code="00-001", city="Dolina")
    order = Order(
        issued_on=today, kinds=(KIND,), overdue_days=14, wait_days=7, signer="Tomasz Skarbnik, skarbnik gminy"
    )
    run = order_letters(order, on=today, by=world.BY, at=now)
    while number_some(run, by=world.BY, at=now):
        pass
    return run


def main() -> None:
    """Measure and print."""
    run = _fill()
    contents = list(run.letters.values_list("content", flat=True)[:BARE])
    sheets = [html_of(content) for content in contents]
    base = f"{(Path(settings.BASE_DIR) / 'static').as_uri()}/"

    def unset() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE liabilities_letterfile")
        LetterRun.objects.update(state=RunState.WORKING, finished_at=None)

    def ours() -> None:
        assert work_runs(clock=timezone.now, by=world.BY) == LETTERS

    def bare() -> None:
        for html in sheets:
            weasyprint.HTML(string=html, base_url=base).write_pdf(pdf_variant="pdf/ua-1")

    cores = os.cpu_count() or 1
    made = rate_of(f"a run of {LETTERS:,} letters, {cores} cores, stored", LETTERS, ours, prepare=unset)
    alone = rate_of("bare WeasyPrint, the same HTML, one core", BARE, bare)
    show(
        "Dunning letters, letters", made, alone, aims=f"≥ {0.9 * cores:.1f} × one bare core (0.9 × on each of {cores})"
    )
    assert LetterFile.objects.count() == DunningLetter.objects.count() == LETTERS
    world.empty()
