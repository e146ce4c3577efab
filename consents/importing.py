"""Papers typed elsewhere, from a CSV file: good rows are registered and accepted, bad ones told with line and column.

A batch is a transaction: a run that is killed leaves whole batches, and the file is simply run again. People without
any history go in by few statements; whoever has one goes the way of a single paper (consents/actions.py).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction

from consents.actions import take_contacts
from consents.evidence import add_links
from consents.in_force import put_in_force, start_first
from consents.models import (
    ApplicationChoice,
    ApplicationState,
    Consent,
    ConsentApplication,
    ImportedPaper,
    Topic,
    Withdrawal,
)
from consents.paper_row import COLUMNS, OPTIONAL, PaperProblem, PaperReader, PaperRow, shown
from consents.queries import rules
from core import audit
from core.actor import Actor
from core.bulk import copy_rows
from core.csvfile import read_rows
from core.encryption import fingerprint, fingerprints
from core.errors import Refused
from residents.actions import register_payers, set_first_contacts
from residents.models import Contact, Payer
from residents.models.payer import ContactKind

BATCH = 500
WIDTH = "Wiersz ma inną liczbę kolumn niż nagłówek. Sprawdź średniki i cudzysłowy."
REPEATED = "Ten klucz (id) powtarza się w pliku; wczytano tylko pierwszy wiersz, {first}. Nadaj własny klucz."
ANOTHER = "Pod tym kluczem (id) wczytano już inny wniosek. Nadaj nowemu wnioskowi nowy klucz."
STRANGER = "Nikt w rejestrze nie ma tego numeru nadanego przez gminę. Zarejestruj najpierw tę osobę."
NAMESAKE = "W rejestrze ten numer ma inną nazwę. Sprawdź numer; jeśli to ta sama osoba, zarejestruj wniosek ręcznie."
LOCK = "import_applications {source}"


@dataclass
class PapersReport:
    """What came of a file: `created` + `unchanged` + `rejected` = `rows`; each fault of a rejected row in `errors`."""

    rows: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: list[PaperProblem] = field(default_factory=list)

    def reject(self, problems: Sequence[PaperProblem]) -> None:
        """One row that does not go in."""
        self.rejected += 1
        self.errors += problems


def import_applications(content: bytes, *, source: str, on: date, by: Actor, at: datetime) -> PapersReport:
    """Register and accept the papers of a CSV file that somebody checked when they typed it; *on* is today.

    A paper is known by (*source*, `id`): the same file again changes nothing. Raises Refused for a file that is none
    (core/csvfile.py); nothing changes then.
    """
    report = PapersReport()
    topics = {topic.code: topic for topic in Topic.objects.filter(is_active=True)}
    reader = PaperReader(topics=topics, on=on)
    good = _good_rows(read_rows(content, COLUMNS, optional=OPTIONAL), reader, report)
    while batch := list(islice(good, BATCH)):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK.format(source=source)])
            _Batch(batch, topics, report, source=source, by=by, at=at).apply()
    report.errors.sort(key=lambda problem: problem.line)
    audit.record("import_applications", f"papers:{source}"[:80], by=by, rows=report.rows, rejected=report.rejected)
    return report


def _good_rows(
    lines: Iterable[tuple[int, Sequence[str] | None]], reader: PaperReader, report: PapersReport
) -> Iterator[PaperRow]:
    first_lines: dict[str, int] = {}
    for line, cells in lines:
        report.rows += 1
        if cells is None:
            report.reject([PaperProblem(line, "", "", WIDTH)])
            continue
        row = reader.read(line, cells)
        if not isinstance(row, PaperRow):
            report.reject(row)
        elif (first := first_lines.setdefault(row.key, line)) != line:
            report.reject([PaperProblem(line, "id", shown("id", row.key), REPEATED.format(first=first))])
        else:
            yield row


def _words(name: str) -> frozenset[str]:
    return frozenset(name.casefold().split())


class _Batch:
    """Some hundreds of rows on their way in, in one transaction."""

    def __init__(
        self,
        rows: list[PaperRow],
        topics: dict[str, Topic],
        report: PapersReport,
        *,
        source: str,
        by: Actor,
        at: datetime,
    ) -> None:
        self.rows, self.topics, self.report = rows, topics, report
        self.source, self.by, self.at = source, by, at
        self.payers: dict[int, Payer] = {}

    def apply(self) -> None:
        """Leave out what is known or wrong; register the rest, put it in force, link it as evidence."""
        self._pass_known()
        papers = self._papers()
        if not papers:
            return
        made = ConsentApplication.objects.bulk_create([application for _, application in papers])
        self._tick(papers)
        # After the ticks: those of a decided application are final.
        ConsentApplication.objects.filter(pk__in=[application.pk for application in made]).update(
            state=ApplicationState.ACCEPTED, decided_at=self.at, decided_by_name=self.by.name
        )
        copy_rows(
            ImportedPaper._meta.db_table,
            ("application_id", "source", "key", "fingerprint", "imported_at"),
            (
                (application.pk, self.source, row.key, fingerprint(row.content), self.at.isoformat())
                for row, application in papers
            ),
        )
        self._put_in_force(papers)
        links = add_links(made)
        audit.record_many(
            "accept_application",
            ((f"application:{link.application_id}", {"link": link.number, "hash": link.hash}) for link in links),
            by=self.by,
        )
        self.report.created += len(made)

    def _pass_known(self) -> None:
        known = {
            paper.key: paper.fingerprint
            for paper in ImportedPaper.objects.filter(source=self.source, key__in=[row.key for row in self.rows])
        }
        fresh = []
        for row in self.rows:
            if row.key not in known:
                fresh.append(row)
            elif known[row.key] in fingerprints(row.content):
                self.report.unchanged += 1
            else:
                self.report.reject([PaperProblem(row.line, "id", shown("id", row.key), ANOTHER)])
        self.rows = fresh

    def _papers(self) -> list[tuple[PaperRow, ConsentApplication]]:
        ids = register_payers({row.number: row.name for row in self.rows}, by=self.by)
        locked = Payer.objects.filter(pk__in=set(ids.values())).order_by("pk").select_for_update(of=("self",))
        self.payers = {payer.pk: payer for payer in locked}
        papers = []
        for row in self.rows:
            payer = self.payers.get(ids.get(row.number, 0))
            words = STRANGER if payer is None else NAMESAKE
            if payer is None or _words(payer.name) != _words(row.name):
                column = "numer" if payer is None else "nazwa"
                value = shown("numer", row.number.value) if payer is None else row.name
                self.report.reject([PaperProblem(row.line, column, value, words)])
            else:
                papers.append((row, self._application(row, payer)))
        return papers

    def _application(self, row: PaperRow, payer: Payer) -> ConsentApplication:
        return ConsentApplication(
            payer=payer,
            identity_kind=str(row.number.kind),
            identity_number=row.number.value,
            identity_fingerprint=fingerprint(row.number.value),
            name=row.name,
            phone=row.phone,
            email=row.email,
            signed_on=row.signed_on,
            arrived_by=row.arrived_by,
            received_on=row.received_on,
            clause_version=row.clause_version,
            evidence={"identified": f"przez urząd, z papieru; wpisano w: {self.source}, nr {row.key}"},
            registered_at=self.at,
            registered_by_id=self.by.account_id,
        )

    def _tick(self, papers: list[tuple[PaperRow, ConsentApplication]]) -> None:
        copy_rows(
            ApplicationChoice._meta.db_table,
            ("application_id", "topic_id", "channel"),
            (
                (application.pk, self.topics[choice.topic].pk, choice.channel)
                for row, application in papers
                for choice in sorted(row.choices)
            ),
        )

    def _put_in_force(self, papers: list[tuple[PaperRow, ConsentApplication]]) -> None:
        """Who has no history gets it by few statements; others, one by one, in the order of the file."""
        ids = [application.payer_id for _, application in papers]
        times = Counter(ids)
        made = [application.pk for _, application in papers]
        earlier = set(
            ConsentApplication.objects.filter(payer_id__in=ids).exclude(pk__in=made).values_list("payer_id", flat=True)
        )
        for model in (Consent, Withdrawal, Contact):
            earlier |= set(model.objects.filter(payer_id__in=ids).values_list("payer_id", flat=True))
        earlier |= set(Payer.objects.filter(merged_into_id__in=ids).values_list("merged_into_id", flat=True))
        new = [(row, one) for row, one in papers if times[one.payer_id] == 1 and one.payer_id not in earlier]
        start_first(
            [(one, [(self.topics[c.topic].pk, c.channel) for c in row.choices]) for row, one in new], at=self.at
        )
        set_first_contacts(
            [
                (one.payer_id, kind.value, address, f"wniosek nr {one.pk}")
                for _, one in new
                for kind, address in ((ContactKind.PHONE, one.phone), (ContactKind.EMAIL, one.email))
                if address
            ],
            by=self.by,
            at=self.at,
        )
        quick = {one.pk for _, one in new}
        for _, application in papers:
            if application.pk not in quick and rules(application):
                put_in_force(application, at=self.at)
                take_contacts(application, by=self.by, at=self.at)


def source_name(text: str) -> str:
    """The source's name. Raises Refused `source_unnamed` and `source_long`."""
    name = text.strip()
    if not name:
        raise Refused("source_unnamed", "Nazwa źródła jest pusta.", where="source", mend="Podaj na przykład: arkusz.")
    if len(name) > 40:
        raise Refused("source_long", "Nazwa źródła ma ponad 40 znaków.", where="source", mend="Skróć ją.")
    return name
