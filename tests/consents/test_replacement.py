"""The newest paper rules, whatever order the papers were typed and accepted in."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.actions import accept_application, register_application, reject_application
from consents.models import ApplicationState, Consent, ConsentApplication
from consents.queries import consents_in_force
from consents.replacement import Choice, Standing, in_force, replaced
from tests import make

NUMBER = make.pesel(1)
DAY = date(2026, 3, 2)
START = datetime(2026, 4, 1, 8, tzinfo=UTC)
BOXES = [Choice(topic, channel) for topic in ("waste", "payments", "crisis") for channel in ("sms", "email")]
choices = st.frozensets(st.sampled_from(BOXES))  # the empty one is a resignation


@dataclass(frozen=True)
class Paper:
    """A paper as somebody signed and the post brought it, and what the clerk makes of it."""

    signed: int
    underway: int
    ticked: frozenset[Choice]
    fate: str


papers = st.builds(
    Paper,
    signed=st.integers(0, 4),
    underway=st.integers(0, 2),
    ticked=choices,
    fate=st.sampled_from(["accept", "accept", "accept", "reject", "leave"]),
)


@given(choices, choices)
def test_a_replacement_leads_from_the_current_choice_to_the_newest_and_touches_nothing_twice(
    current: frozenset[Choice], newest: frozenset[Choice]
) -> None:
    change = replaced(current, newest)
    assert (current - change.end) | change.start == newest
    assert change.keep == current & newest
    assert not (change.end & change.start)
    assert not (change.keep & (change.end | change.start))


@given(choices)
def test_a_resignation_ends_everything(current: frozenset[Choice]) -> None:
    assert replaced(current, frozenset()).end == current


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), choices)), st.randoms())
def test_the_order_of_the_pile_means_nothing(pile: list[tuple[int, int, frozenset[Choice]]], chance: object) -> None:
    papers = [
        (Standing(DAY + timedelta(signed), DAY + timedelta(received), number), ticked)
        for number, (signed, received, ticked) in enumerate(pile)
    ]
    shuffled = list(papers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_force(shuffled) == in_force(papers)


def test_without_papers_nothing_is_in_force() -> None:
    assert in_force([]) == frozenset()


def type_in(paper: Paper, at: datetime) -> ConsentApplication:
    """The clerk types the paper."""
    signed = DAY + timedelta(paper.signed)
    return register_application(
        number=NUMBER,
        name="Anna Nowak",
        phone="500 100 200",
        email="anna@example.com",
        choices=paper.ticked,
        signed_on=signed,
        arrived_by="post",
        received_on=signed + timedelta(paper.underway),
        scan=None,
        by=make.BY,
        at=at,
    )


def decide(draft: ConsentApplication, paper: Paper, at: datetime) -> None:
    """The clerk accepts, rejects or leaves it."""
    if paper.fate == "accept":
        accept_application(draft, by=make.BY, at=at)
    elif paper.fate == "reject":
        reject_application(draft, reason="nieczytelny podpis", by=make.BY, at=at)


def held(at: datetime) -> frozenset[Choice]:
    """What the database says is in force."""
    payer = ConsentApplication.objects.values_list("payer_id", flat=True).first() or 0
    return frozenset(Choice(row.topic.code, row.channel) for row in consents_in_force(payer, at=at))


def due() -> frozenset[Choice]:
    """What the rule says of the papers accepted so far."""
    accepted = ConsentApplication.objects.filter(state=ApplicationState.ACCEPTED).prefetch_related("choices__topic")
    return in_force(
        (
            Standing(paper.signed_on, paper.received_on, paper.pk),
            frozenset(Choice(box.topic.code, box.channel) for box in paper.choices.all()),
        )
        for paper in accepted
    )


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pile=st.lists(papers, min_size=1, max_size=5).flatmap(st.permutations), data=st.data())
def test_after_every_decision_exactly_the_newest_accepted_paper_is_in_force_and_history_stays(
    pile: Sequence[Paper], data: st.DataObject
) -> None:
    with transaction.atomic():
        drafts = [(type_in(paper, START), paper) for paper in pile]
        told = []
        for hour, (draft, paper) in enumerate(data.draw(st.permutations(drafts))):
            at = START + timedelta(hours=hour)
            decide(draft, paper, at)
            assert held(at) == due()
            told.append((at, due()))
        assert [(at, held(at)) for at, _ in told] == told
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pile=st.lists(st.tuples(papers, st.integers(0, 5)), min_size=2, max_size=5))
def test_a_clock_that_goes_back_between_two_decisions_breaks_nothing(pile: list[tuple[Paper, int]]) -> None:
    with transaction.atomic():
        for paper, minute in pile:
            at = START + timedelta(minutes=minute)
            decide(type_in(paper, at), paper, at)
        assert held(START + timedelta(days=1)) == due()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_both_papers_say_goes_on_without_a_break() -> None:
    first = Paper(0, 0, frozenset(BOXES[:2]), "accept")
    decide(type_in(first, START), first, START)
    second = Paper(1, 0, frozenset(BOXES[1:3]), "accept")
    later = START + timedelta(days=9)
    decide(type_in(second, later), second, later)
    began = {Choice(row.topic.code, row.channel): row.during.lower for row in consents_in_force_now(later)}
    assert began == {BOXES[1]: START, BOXES[2]: later}


def consents_in_force_now(at: datetime) -> list[Consent]:
    """The rows themselves."""
    return list(consents_in_force(ConsentApplication.objects.values_list("payer_id", flat=True)[0], at=at))


@pytest.mark.django_db
def test_papers_signed_on_one_day_are_told_apart_by_arrival_and_then_by_number() -> None:
    late = Paper(1, 2, frozenset(BOXES[:1]), "accept")
    early = Paper(1, 0, frozenset(BOXES[1:2]), "accept")
    for paper in (late, early):
        decide(type_in(paper, START), paper, START)
    assert held(START) == late.ticked
    twin = Paper(1, 2, frozenset(BOXES[2:3]), "accept")
    decide(type_in(twin, START), twin, START)
    assert held(START) == twin.ticked


def test_clerks_who_accept_papers_of_one_person_at_once_leave_the_newest_in_force(committed: None) -> None:
    pile = [Paper(day % 5, 0, frozenset(BOXES[day : day + 2]), "accept") for day in range(5)]
    drafts = [(type_in(paper, START), paper) for paper in pile]
    together = Barrier(len(drafts), timeout=60)

    def accept(place: int) -> None:
        draft, paper = drafts[place]
        together.wait()
        try:
            decide(draft, paper, START + timedelta(milliseconds=place))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(drafts)) as clerks:
        list(clerks.map(accept, range(len(drafts))))
    assert held(START + timedelta(hours=1)) == due() == pile[-1].ticked
