"""Information actions: who was reminded of a late due before a dunning letter, how, when, by whom, with what outcome.

The regulation on the conduct of creditors wants form, day and person of each. Reminders after the term are actions of
the portal itself; what people did (InformationAction) is written down by a clerk.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.spreadsheet import csv_lines
from liabilities.actions import about_instalment
from liabilities.messages import DUE_PASSED
from liabilities.models import InformationAction, InformationForm, Instalment
from notifications.models import Message
from notifications.states import State
from residents.models import Payer

TOLD = (State.SENT, State.DELIVERED)
CHANNELS = {"sms": "SMS", "email": "e-mail", "voice": "połączenie głosowe", "push": "powiadomienie w przeglądarce"}
AUTOMAT = "automat (portal SPM)"
HEADER = ("rata", "dluznik", "forma", "data", "godzina", "kto", "skutek")


@dataclass(frozen=True)
class Information:
    """One action: on which day, in what form."""

    on: date
    form: str


@dataclass(frozen=True)
class RegisterLine:
    """One line of the register of an instalment: to whom, how, when, by whom, and what came of it. `at` is None when
    only the day is known.
    """

    to: str
    form: str
    on: date
    at: datetime | None
    by: str
    outcome: str


def information_on(
    payer_ids: Collection[int], instalment_ids: Collection[int]
) -> dict[tuple[int, int], list[Information]]:
    """The actions on each instalment by payer, the oldest first: reminders after the term that the gateways took, and
    what people did.

    One that went out in another message counts when that one did.
    """
    keys = {about_instalment(key): key for key in instalment_ids}
    went = Q(state__in=TOLD) | Q(state=State.JOINED, carried_by__state__in=TOLD)
    rows = (
        Message.objects.filter(went, payer_id__in=payer_ids, kind=DUE_PASSED.code, about__in=list(keys))
        .select_related("carried_by")
        .defer("facts", "body")
        .order_by("queued_at", "pk")
    )
    found: dict[tuple[int, int], list[Information]] = {}
    for message in rows:
        action = Information(timezone.localdate(_sent_at(message)), CHANNELS.get(message.channel, message.channel))
        found.setdefault((message.payer_id, keys[message.about]), []).append(action)
    for one in InformationAction.objects.filter(payer_id__in=payer_ids, instalment_id__in=instalment_ids):
        action = Information(one.on, one.get_form_display())
        found.setdefault((one.payer_id, one.instalment_id), []).append(action)
    return {key: sorted(actions, key=lambda action: action.on) for key, actions in found.items()}


def _sent_at(message: Message) -> datetime:
    carrier = message.carried_by.sent_at if message.carried_by else None
    return message.sent_at or carrier or message.queued_at


def in_words(actions: Collection[Information]) -> str:
    """«SMS 12.11.2026, e-mail 14.11.2026»; «nie było» without any."""
    return ", ".join(dict.fromkeys(f"{one.form} {one.on:%d.%m.%Y}" for one in actions)) or "nie było"


def register_of(instalment: Instalment) -> list[RegisterLine]:
    """The register of information actions of one instalment, the oldest first, whatever came of them.

    A message that was never handed over (withdrawn, refused, past its time) is no action and is left out.
    """
    about = Message.objects.filter(kind=DUE_PASSED.code, about=about_instalment(instalment.pk))
    tried = about.exclude(state__in=[State.QUEUED, State.WITHDRAWN, State.REFUSED])
    lines = []
    for message in tried.select_related("payer", "carried_by").defer("facts", "body").order_by("pk"):
        shown = message.carried_by if message.state == State.JOINED and message.carried_by else message
        if shown.sent_at is None and shown.state != State.FAILED:
            continue
        at = timezone.localtime(_sent_at(shown))
        reason = f" ({shown.reason})" if shown.reason else ""
        form = CHANNELS.get(message.channel, message.channel)
        outcome = f"{shown.get_state_display()}{reason}"
        lines.append(RegisterLine(message.payer.name, form, timezone.localdate(at), at, AUTOMAT, outcome))
    for one in InformationAction.objects.filter(instalment=instalment).select_related("payer").order_by("pk"):
        lines.append(RegisterLine(one.payer.name, one.get_form_display(), one.on, None, one.person, one.outcome))
    return sorted(lines, key=lambda line: line.on)


def record_information(
    instalment: Instalment,
    payer: Payer,
    *,
    form: str,
    on: date,
    person: str,
    outcome: str,
    today: date,
    by: Actor,
) -> InformationAction:
    """Write down that a person reminded *payer* of *instalment*.

    Raises Refused `form_unknown`, `not_yet`, `before_term`, `not_theirs`.
    """
    if form not in InformationForm.values:
        raise Refused("form_unknown", "Nie ma takiej formy działania.", where="form")
    if on > today:
        raise Refused("not_yet", "Ten dzień jeszcze nie nadszedł.", where="on", mend="Podaj dzień rozmowy lub pisma.")
    if on <= instalment.payable_by:
        raise Refused(
            "before_term",
            "Przed końcem terminu płatności nie ma zaległości.",
            where="on",
            mend="Podaj dzień po terminie.",
        )
    liability = instalment.liability
    if payer.pk != liability.payer_id and not liability.bearers.filter(payer=payer).exists():
        raise Refused("not_theirs", "Ta osoba nie odpowiada za tę ratę.", where="payer")
    with transaction.atomic():
        made = InformationAction.objects.create(
            instalment=instalment,
            payer=payer,
            form=form,
            on=on,
            person=person.strip(),
            outcome=outcome.strip(),
            recorded_by_id=by.account_id,
        )
        audit.record("record_information", f"instalment:{instalment.pk}", by=by, form=form, on=on.isoformat())
    return made


def register_csv(instalment: Instalment) -> Iterator[str]:
    """The register for a spreadsheet, a line at a time. It bears no PESEL and no address."""
    lines = register_of(instalment)
    hours = [line.at.strftime("%H:%M") if line.at else "" for line in lines]
    return csv_lines(
        HEADER,
        (
            (instalment.external_id, line.to, line.form, line.on, hour, line.by, line.outcome)
            for line, hour in zip(lines, hours, strict=True)
        ),
    )
