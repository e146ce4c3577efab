"""Consents in force are the newest accepted application less later withdrawals: in any order, at any moment.

The oracle below knows only the events; what it says is compared with what the database says of the past.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.actions import accept_application, register_application, withdraw_consent
from consents.evidence import prove_evidence
from consents.models import ConsentApplication
from consents.queries import consents_in_force
from consents.replacement import Choice
from core.dates import WARSAW
from tests import make

TOPICS, CHANNELS = ("waste", "payments"), ("sms", "email")
BOXES = [Choice(topic, channel) for topic in TOPICS for channel in CHANNELS]
START = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MODEST = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@dataclass(frozen=True)
class Paper:
    """An application: signed so many days (electronically: minutes) before it came, decided some events later."""

    choices: frozenset[Choice]
    days: int
    minutes: int | None
    waits: int


@dataclass(frozen=True)
class TakenBack:
    """A withdrawal; '' is every one."""

    topic: str
    channel: str


@dataclass(frozen=True)
class Accepted:
    """What the oracle knows of an accepted application."""

    at: datetime
    order: tuple[date, date, int]
    signed_at: datetime | None
    choices: frozenset[Choice]


papers = st.builds(
    Paper,
    choices=st.frozensets(st.sampled_from(BOXES)),
    days=st.integers(0, 3),
    minutes=st.none() | st.integers(0, 3_000),
    waits=st.integers(0, 3),
)
withdrawals = st.builds(TakenBack, st.sampled_from(["", *TOPICS]), st.sampled_from(["", *CHANNELS]))
steps = st.lists(st.tuples(st.integers(1, 2_000), papers | withdrawals), min_size=1, max_size=7)


class Town:
    """Plays the events to the application, and keeps what the oracle needs."""

    def __init__(self) -> None:
        self.payer = make.payer(make.pesel(1))
        self.now = START
        self.accepted: list[Accepted] = []
        self.withdrawn: list[tuple[datetime, TakenBack]] = []
        self.moments: list[datetime] = []
        self._pending: list[tuple[int, ConsentApplication, Paper]] = []

    def play(self, events: list[tuple[int, Paper | TakenBack]]) -> None:
        """Every event after its minutes; what waits is decided when its time comes, all at the end."""
        for number, (minutes, event) in enumerate(events):
            self._pass(minutes)
            if isinstance(event, Paper):
                self._pending.append((number + event.waits, self._register(event), event))
            else:
                self._withdraw(event)
            self._decide(number)
        self._decide(len(events) + 9)

    def _pass(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.moments.append(self.now)

    def _register(self, paper: Paper) -> ConsentApplication:
        signed_at = self.now - paper.minutes * MINUTE if paper.minutes is not None else None
        today = self.now.astimezone(WARSAW).date()
        signed_on = signed_at.astimezone(WARSAW).date() if signed_at else today - timedelta(days=paper.days)
        return register_application(
            number=make.pesel(1),
            name="Anna Nowak",
            phone="500100200",
            email="anna@example.com",
            choices=paper.choices,
            signed_on=signed_on,
            arrived_by="portal" if signed_at else "paper",
            received_on=today,
            scan=None,
            by=make.BY,
            at=self.now,
            signed_at=signed_at,
        )

    def _decide(self, number: int) -> None:
        due = [one for one in self._pending if one[0] <= number]
        self._pending = [one for one in self._pending if one[0] > number]
        for _, draft, paper in reversed(due):
            self._pass(1)
            accept_application(draft, by=make.BY, at=self.now)
            order = (draft.signed_on, draft.received_on, draft.pk)
            self.accepted.append(Accepted(self.now, order, draft.signed_at, paper.choices))

    def _withdraw(self, event: TakenBack) -> None:
        withdraw_consent(
            self.payer.pk, topic=event.topic, channel=event.channel, way="portal", evidence={}, by=make.BY, at=self.now
        )
        self.withdrawn.append((self.now, event))

    def expected(self, at: datetime) -> frozenset[Choice]:
        """The oracle: what the events up to *at* leave in force."""
        known = [one for one in self.accepted if one.at <= at]
        if not known:
            return frozenset()
        newest = max(known, key=lambda one: one.order)
        return frozenset(box for box in newest.choices if not self._is_withdrawn(box, newest, at))

    def _is_withdrawn(self, box: Choice, paper: Accepted, at: datetime) -> bool:
        return any(
            moment <= at
            and event.topic in {"", box.topic}
            and event.channel in {"", box.channel}
            and (
                moment > paper.signed_at
                if paper.signed_at is not None
                else moment.astimezone(WARSAW).date() >= paper.order[0]
            )
            for moment, event in self.withdrawn
        )

    def told(self, at: datetime) -> frozenset[Choice]:
        """What the database says of that moment."""
        held = consents_in_force(self.payer.pk, at=at)
        return frozenset(Choice(one.topic.code, one.channel) for one in held)


@MODEST
@given(events=steps)
def test_at_every_moment_of_the_past_the_newest_application_less_withdrawals_holds(
    db: None, events: list[tuple[int, Paper | TakenBack]]
) -> None:
    with transaction.atomic():
        town = Town()
        town.play(events)
        for moment in town.moments:
            for at in (moment - MINUTE / 2, moment, moment + MINUTE / 2):
                assert town.told(at) == town.expected(at), at
        transaction.set_rollback(True)


@MODEST
@given(events=steps, data=st.data())
def test_the_order_in_which_applications_are_decided_does_not_matter_in_the_end(
    db: None, events: list[tuple[int, Paper | TakenBack]], data: st.DataObject
) -> None:
    with transaction.atomic():
        town = Town()
        drafts = [town._register(event) for _, event in events if isinstance(event, Paper)]
        for draft in data.draw(st.permutations(drafts)):
            town.now += MINUTE
            accept_application(draft, by=make.BY, at=town.now)
        newest = max(drafts, key=lambda one: (one.signed_on, one.received_on, one.pk), default=None)
        left = {(one.topic.code, one.channel) for one in newest.choices.all()} if newest else set()
        assert {(one.topic, one.channel) for one in town.told(town.now)} == left
        assert prove_evidence().faults == []
        transaction.set_rollback(True)


def test_a_withdrawal_learnt_late_counts_from_when_it_was_said(db: None) -> None:
    said = {"phone": "+48500100200", "topics": ("waste",), "signed_on": START.date()}
    make.consent(make.pesel(1), channels=("sms",), at=START, **said)
    make.consent(make.pesel(1), channels=("sms", "email"), at=START + 60 * MINUTE, **said)
    town = Town()
    town.now = START + 30 * MINUTE
    town._withdraw(TakenBack("", "sms"))
    held = [{one.channel for one in town.told(START + minutes * MINUTE)} for minutes in (10, 29, 31, 61)]
    assert held == [{"sms"}, {"sms"}, set(), {"email"}]
