"""In force is the newest accepted application less what was taken back after its signing, at any moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.actions import accept_application, register_application, withdraw_by_phone, withdraw_consent
from consents.evidence import prove_evidence
from consents.models import ApplicationState, Consent, ConsentApplication, Withdrawal
from consents.queries import consents_in_force, permitted
from consents.replacement import Choice, Standing, Withdrawn, in_force
from core.errors import Refused
from tests import make
from tests.consents import papers

NUMBER = make.pesel(1)
START = datetime(2026, 4, 1, 8, tzinfo=UTC)
BOXES = [Choice(topic, channel) for topic in ("waste", "payments") for channel in ("sms", "email")]


@dataclass(frozen=True)
class Step:
    """Hours after the step before: an application comes (on paper, or signed in the portal now), or a consent goes."""

    hours: int
    ticked: frozenset[Choice]
    portal: bool
    days_old: int
    late: bool
    topic: str
    channel: str
    withdraws: bool


steps = st.builds(
    Step,
    hours=st.integers(0, 20),
    ticked=st.frozensets(st.sampled_from(BOXES)),
    portal=st.booleans(),
    days_old=st.integers(0, 2),
    late=st.booleans(),
    topic=st.sampled_from(["", "waste", "payments"]),
    channel=st.sampled_from(["", "sms", "email"]),
    withdraws=st.booleans(),
)


def register(step: Step, at: datetime) -> ConsentApplication:
    """The application of the step, a draft."""
    day = timezone.localdate(at)
    return register_application(
        number=NUMBER,
        name="Anna Nowak",
        phone="500 100 200",
        email="anna@example.com",
        choices=step.ticked,
        signed_on=day if step.portal else day - timedelta(days=step.days_old),
        arrived_by="portal" if step.portal else "post",
        received_on=day,
        scan=None,
        by=make.BY,
        at=at,
        signed_at=at if step.portal else None,
    )


def due(at: datetime) -> frozenset[Choice]:
    """What the rule says of everything that had happened *at* a moment."""
    accepted = ConsentApplication.objects.filter(state=ApplicationState.ACCEPTED, decided_at__lte=at)
    return in_force(
        [
            (
                Standing(one.signed_on, one.received_on, one.pk, one.signed_at),
                frozenset(Choice(box.topic.code, box.channel) for box in one.choices.select_related("topic")),
            )
            for one in accepted
        ],
        [
            Withdrawn(one.at, timezone.localdate(one.at), one.topic.code if one.topic else "", one.channel)
            for one in Withdrawal.objects.filter(at__lte=at).select_related("topic")
        ],
    )


def held(payer_id: int, at: datetime) -> frozenset[Choice]:
    """What the database says was in force *at* a moment."""
    return frozenset(Choice(row.topic.code, row.channel) for row in consents_in_force(payer_id, at=at))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(steps, min_size=1, max_size=6))
def test_in_force_is_the_newest_application_less_later_withdrawals_at_any_moment(happened: list[Step]) -> None:
    with transaction.atomic():
        payer_id = make.payer(NUMBER).pk
        at, late, moments = START, [], []
        for step in happened:
            at += timedelta(hours=step.hours, minutes=1)
            if step.withdraws:
                withdraw_consent(
                    payer_id,
                    topic=step.topic,
                    channel=step.channel,
                    way="portal",
                    evidence={},
                    by=make.BY,
                    at=at,
                )
            elif step.late and not step.portal:
                late.append(register(step, at))
            else:
                accept_application(register(step, at), by=make.BY, at=at)
            moments.append((at, due(at)))
            assert held(payer_id, at) == due(at)
        for draft in late:
            at += timedelta(minutes=1)
            accept_application(draft, by=make.BY, at=at)
            moments.append((at, due(at)))
        assert [(moment, held(payer_id, moment)) for moment, _ in moments] == moments
        assert prove_evidence().faults == []
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("signed_on", "signed_at", "taken"),
    [
        (date(2026, 4, 2), None, False),
        (date(2026, 4, 1), None, True),
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), START - timedelta(seconds=1), True),
        (date(2026, 4, 1), START, False),
        (date(2026, 4, 1), START + timedelta(seconds=1), False),
    ],
)
def test_of_a_paper_and_a_withdrawal_of_one_day_the_withdrawal_holds_and_moments_decide_in_the_portal(
    signed_on: date, signed_at: datetime | None, taken: bool
) -> None:
    signed = Standing(signed_on, signed_on, 1, signed_at)
    withdrawn = Withdrawn(START, date(2026, 4, 1), "waste", "sms")
    assert withdrawn.takes(Choice("waste", "sms"), signed) is taken
    assert not withdrawn.takes(Choice("waste", "email"), signed)
    assert not withdrawn.takes(Choice("crisis", "sms"), signed)


@pytest.mark.django_db
def test_a_withdrawal_by_phone_counts_for_all_who_get_messages_there_and_for_sms_alone() -> None:
    both = [make.pesel(1), make.pesel(2)]
    payers = [make.consent(number, name=f"Osoba {place}").payer for place, number in enumerate(both)]
    other = make.consent(make.pesel(3), name="Kto inny", phone="+48600700800").payer
    assert withdraw_by_phone("+48500100200", evidence={}, by=make.BY, at=make.now()) == 2
    now = make.now()
    for payer in payers:
        assert not permitted(payer.pk, topic="payments", channel="sms", at=now)
        assert permitted(payer.pk, topic="payments", channel="email", at=now)
    assert permitted(other.pk, topic="payments", channel="sms", at=now)
    assert withdraw_by_phone("+48511222333", evidence={}, by=make.BY, at=now) == 0


@pytest.mark.django_db
def test_a_withdrawal_of_what_there_is_not_is_refused() -> None:
    payer = papers.accept(papers.register()).payer
    for topic, channel in (("nie_ma", "sms"), ("waste", "golab")):
        with pytest.raises(Refused):
            withdraw_consent(
                payer.pk, topic=topic, channel=channel, way="portal", evidence={}, by=make.BY, at=make.now()
            )
    assert not Withdrawal.objects.exists()
    assert Consent.objects.in_force(make.now()).count() == 1
