"""Texts as staff write them: a text for another language or topic, a new version, a test message to oneself."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import get_random_string

from core import audit
from core.actor import Actor
from core.errors import Refused
from notifications import texts
from notifications.channels import Channel
from notifications.kinds import Kind, find
from notifications.models import Detail, ServiceLetter, TextTemplate, TextVersion
from notifications.service_letters import queue_letter
from notifications.sms_text import for_phones, sms_size

MOST_PARTS = 6  # as GOV.UK Notify: 918 signs of GSM-7
TESTS_AN_HOUR = 20
TEST_LIVES = timedelta(hours=1)
SCREENS = (Channel.SMS.value, Channel.PUSH.value)


def check_text(
    kind: Kind, *, channel: str, detail: str, subject: str, body: str, is_transliterated: bool = True
) -> list[str]:
    """What keeps a text from being saved, in Polish; nothing when it may be.

    Unknown or broken placeholders, an empty body, an e-mail without a subject, an SMS too long, and facts of sums or
    kinds of dues in a short text for a screen that others see (tax secrecy: Ordynacja podatkowa, art. 293).
    """
    problems = texts.check(f"{subject}\n{body}", kind.facts)
    if not body.strip():
        problems.append("Treść jest pusta. Napisz, co ma przeczytać mieszkaniec.")
    if channel == Channel.EMAIL and not subject.strip():
        problems.append("E-mail musi mieć temat. Napisz, o czym jest.")
    if channel in SCREENS and detail == Detail.SHORT:
        told = [name for name in texts.placeholders(f"{subject}\n{body}") if name in kind.private]
        if told:
            fields = ", ".join(f"(({name}))" for name in told)
            problems.append(
                f"Zwykły tekst może przeczytać każdy, kto widzi zablokowany ekran, więc nie podaje kwot ani rodzaju "
                f"należności: {fields}. Usuń te pola albo wpisz je do tekstu pełniejszego."
            )
    if channel == Channel.SMS and not problems:
        parts = sms_size(as_sent(kind, channel, body, "pl", is_transliterated=is_transliterated)).parts
        if parts > MOST_PARTS:
            problems.append(f"SMS ma {parts} części, a może mieć najwyżej {MOST_PARTS}. Skróć go.")
    return problems


def problems_of(template: TextTemplate, *, subject: str, body: str, is_transliterated: bool) -> list[str]:
    """The same of what is to be written into *template*."""
    return check_text(
        find(template.kind),
        channel=template.channel,
        detail=template.detail,
        subject=subject,
        body=body,
        is_transliterated=is_transliterated,
    )


def as_sent(kind: Kind, channel: str, text: str, language: str, *, is_transliterated: bool) -> str:
    """*text* with the kind's sample facts, as it would arrive. Raises Refused `missing_fact`."""
    told = texts.fill(text, texts.format_facts(kind.facts, language))
    return for_phones(told, is_transliterated=is_transliterated) if channel == Channel.SMS else told


def edit_text(
    template: TextTemplate, *, subject: str, body: str, by: Actor, is_transliterated: bool = True
) -> TextVersion:
    """Write a new version of a text. Raises Refused `text_wrong` with what is wrong."""
    problems = problems_of(template, subject=subject, body=body, is_transliterated=is_transliterated)
    if problems:
        raise Refused("text_wrong", " ".join(problems), where="body")
    with transaction.atomic():
        TextTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
        newest = template.versions.order_by("-number").first()
        version = TextVersion.objects.create(
            template=template,
            number=1 if newest is None else newest.number + 1,
            subject=subject.strip(),
            body=body.strip(),
            is_transliterated=is_transliterated,
            written_by_id=by.account_id,
        )
        audit.record("edit_text", f"template:{template.pk}", by=by, version=version.number)
    return version


def add_text(template: TextTemplate, *, by: Actor) -> TextTemplate:
    """Make room for a text that was not there: another language, one topic, the fuller one. It is used from its first
    version on.
    """
    with transaction.atomic():
        template.save()
        audit.record("add_text", f"template:{template.pk}", by=by, kind=template.kind, language=template.language)
    return template


def send_test(
    template: TextTemplate, *, subject: str, body: str, is_transliterated: bool, to: str, by: Actor, at: datetime
) -> None:
    """Send the text with sample facts to its writer, as a test. Raises Refused `text_wrong`, `too_many_tests`."""
    kind = find(template.kind)
    problems = problems_of(template, subject=subject, body=body, is_transliterated=is_transliterated)
    if problems:
        raise Refused("text_wrong", " ".join(problems), where="body")
    mine = f"test:{by.account_id}:"
    with transaction.atomic():
        recent = ServiceLetter.objects.filter(key__startswith=mine, queued_at__gt=at - timedelta(hours=1))
        if recent.count() >= TESTS_AN_HOUR:
            raise Refused("too_many_tests", "Wysłano już 20 prób w ciągu godziny.", mend="Spróbuj później.")

        def told(text: str) -> str:
            return as_sent(kind, template.channel, text, template.language, is_transliterated=is_transliterated)

        queue_letter(
            channel=template.channel,
            address=to,
            subject=f"[Próba] {told(subject)}"[:150] if subject else "",
            body=told(body),
            key=f"{mine}{get_random_string(12)}",
            at=at,
            expires_at=at + TEST_LIVES,
            is_transliterated=is_transliterated,
        )
        audit.record("send_test_text", f"template:{template.pk}", by=by)
