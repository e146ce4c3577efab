"""The town's own warning: two pairs of eyes, frozen audience, stop and resume, correction, all-clear, proof."""

from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from broadcasts import tasks
from broadcasts.cap_reading import read_cap
from broadcasts.composed import long_text
from broadcasts.composing import approve, drop, follow, return_draft, submit, write_draft
from broadcasts.following import curves_of, progress_of, times_of
from broadcasts.models import Broadcast, BroadcastStep, District, DutyOfficer
from broadcasts.models.broadcast import Kind
from broadcasts.preview import preview
from broadcasts.publishing import banner
from broadcasts.report import report_csv, report_pdf
from broadcasts.sending import pause, repeat, resume, start
from broadcasts.wordings import words_of
from consents.models import Topic
from core.errors import Refused
from core.models import AuditEntry
from notifications.models import Message, PushConsent, PushSubscription, ServiceLetter
from residents.models import Account, Payer
from tests import make
from tests.broadcasts.nights import SMS, at, by, draft, reached, run, sent
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def test_a_warning_reaches_everybody_who_may_get_it_by_every_channel_once(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = sent(officer, colleague)
    assert reached(broadcast) == [(f"Osoba {n}", channel) for n in range(3) for channel in ("email", "sms")]
    assert (broadcast.audience, broadcast.people, broadcast.basis) == (6, 3, "consent")
    run()
    (sms,) = sandbox.sms("+48500100300")
    assert sms["text"] == "DOLINA: silny wiatr do godz. 6:00. Zostan w domu, zamknij okna."
    (mail,) = sandbox.mail("o1@example.com")
    assert mail["subject"] == "Dolina: silny wiatr"
    assert tasks.close_broadcasts() == 1
    broadcast.refresh_from_db()
    assert broadcast.state == "done"
    with pytest.raises(Refused):
        start(broadcast, by=by(officer), at=at())
    assert Message.objects.filter(about=broadcast.about).count() == 6


def test_the_audience_is_frozen_by_one_statement(officer: Account, colleague: Account, town: list[Payer]) -> None:
    made = approve(submit(draft(officer), by=by(officer), at=at()), by=by(colleague), at=at())
    with CaptureQueriesContext(
        connection,
    ) as seen:
        start(made, by=by(officer), at=at())
    inserts = [query["sql"] for query in seen.captured_queries if 'INTO "notifications_message"' in query["sql"]]
    assert len(inserts) == 1
    assert "SELECT" in inserts[0]


def test_nobody_approves_their_own_words_and_the_database_says_so_too(officer: Account, colleague: Account) -> None:
    made = submit(draft(officer), by=by(officer), at=at())
    with pytest.raises(Refused, match="samemu"):
        approve(made, by=by(officer), at=at())
    with pytest.raises(Refused, match="nie zatwierdziła"):
        start(made, by=by(colleague), at=at())
    for change in (
        {"approved_by": officer, "approved_at": at(), "state": "approved"},
        {"state": "sending", "started_at": at()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Broadcast.objects.filter(pk=made.pk).update(**change)
    assert approve(made, by=by(colleague), at=at()).state == "approved"


def test_words_changed_after_approval_need_it_anew(officer: Account, colleague: Account) -> None:
    made = approve(submit(draft(officer), by=by(officer), at=at()), by=by(colleague), at=at())
    changed = write_draft(made, said={"sms": f"{SMS} Unikaj drzew."}, by=by(officer), at=at())
    assert (changed.state, changed.approved_by) == ("draft", None)
    with pytest.raises(Refused):
        start(changed, by=by(officer), at=at())
    back = return_draft(submit(changed, by=by(officer), at=at()), reason="literówka", by=by(colleague), at=at())
    assert drop(back, reason="nieaktualne", by=by(officer), at=at()).state == "dropped"


def test_one_officer_alone_sends_with_a_reason_that_stays_on_record(officer: Account, town: list[Payer]) -> None:
    made = draft(officer)
    with pytest.raises(Refused, match="zbyt krótki"):
        start(made, by=by(officer), at=at(), break_glass="bo")
    gone = start(made, by=by(officer), at=at(), break_glass="Druga osoba nie odbiera telefonu.")
    assert gone.approved_by is None
    step = BroadcastStep.objects.get(kind="broke_glass")
    assert (step.by_name, step.words) == ("Olga Kryzys", "Druga osoba nie odbiera telefonu.")
    assert AuditEntry.objects.filter(verb="broadcast_broke_glass").exists()
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        step.delete()


def test_a_rehearsal_goes_to_the_staffs_list_alone_and_says_so_in_every_text(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    DutyOfficer.objects.create(name="Olga", phone="+48600700800", email="olga@example.com")
    DutyOfficer.objects.create(name="Poza", phone="+48600700801", joins_rehearsals=False)
    gone = sent(officer, colleague, is_rehearsal=True)
    assert Message.objects.count() == 0
    bodies = list(ServiceLetter.objects.values_list("body", flat=True))
    assert len(bodies) == 2
    assert all("CWICZENIE" in body or "ĆWICZENIE" in body for body in bodies)
    assert banner(at=at()) == []
    assert tasks.close_broadcasts() == 1
    done = Broadcast.objects.get(pk=gone.pk)
    assert (done.people, done.audience) == (1, 2)
    assert [step.who for step in done.steps.all()][-1] == "portal (samoczynnie)"


def test_an_area_of_streets_codes_and_districts_narrows_the_audience(officer: Account, town: list[Payer]) -> None:
    District.objects.create(name="Las", streets=["Leśna"], postal_codes=[])
    for said, names in (
        ({"streets": ["Polna"], "with_unknown": False}, {"Osoba 0"}),
        ({"streets": ["ul. polna"], "with_unknown": True}, {"Osoba 0", "Osoba 2"}),
        ({"districts": ["Las"], "with_unknown": False}, {"Osoba 1"}),
        ({"postal_codes": ["00-001"], "with_unknown": False}, {"Osoba 0", "Osoba 1"}),
        ({"streets": ["Pol"], "with_unknown": False}, set()),
    ):
        made = draft(officer, area_kind="parts", **said)
        assert preview(made, at=at()).people == len(names)
        gone = start(made, by=by(officer), at=at(), break_glass="Próba zasięgu ostrzeżenia.")
        assert {name for name, _ in reached(gone)} == names


def test_the_preview_tells_parts_people_cost_and_what_is_wrong(officer: Account, town: list[Payer]) -> None:
    shown = preview(draft(officer, sms="Wiatr. https://a.pl"), at=at())
    assert {fault.code for fault in shown.faults} == {"no_action", "no_place", "no_time", "link"}
    assert (shown.people, shown.size.parts, shown.minutes) == (3, 1, 1)
    assert {row.channel: row.messages for row in shown.rows} == {"sms": 3, "email": 3}
    assert shown.cost_pln > 0


def test_what_may_not_go_is_refused(officer: Account) -> None:
    for said in ({"sms": ""}, {"sms": "ALERT RCB: wiatr"}, {"until": at(-1)}, {"area_kind": "parts"}):
        with pytest.raises(Refused) as refusal:
            submit(draft(officer, **said), by=by(officer), at=at())
        assert refusal.value.code == "grave_fault"


def test_stopped_messages_wait_and_go_on_when_it_is_resumed(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = pause(sent(officer, colleague), by=by(officer), at=at())
    run()
    assert sandbox.sms("+48500100300") == []
    assert tasks.close_broadcasts() == 0
    resume(broadcast, by=by(officer), at=at())
    run()
    assert len(sandbox.sms("+48500100300")) == 1


def test_an_expired_warning_is_not_sent(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = sent(officer, colleague, until=at(5))
    run(6)
    assert set(Message.objects.filter(about=broadcast.about).values_list("state", flat=True)) == {"expired"}
    assert sandbox.sms("+48500100300") == []


def test_an_all_clear_goes_to_exactly_those_who_got_the_warning_and_ends_it(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    first = sent(officer, colleague)
    late = Message.objects.filter(about=first.about, payer=town[2])
    late.update(not_before=at(60))
    run()
    make.consent(make.pesel(120), name="Nowy", phone="+48500100399", topics=["crisis"])
    correction = follow(first, kind=Kind.CORRECTION, by=by(officer), at=at())
    correction = write_draft(correction, said={"sms": SMS.replace("6:00", "8:00")}, by=by(officer), at=at())
    correction = approve(submit(correction, by=by(officer), at=at()), by=by(colleague), at=at())
    correction = start(correction, by=by(officer), at=at())
    assert {name for name, _ in reached(correction)} == {"Osoba 0", "Osoba 1"}
    assert set(late.values_list("state", flat=True)) == {"withdrawn"}
    run()
    assert sandbox.sms("+48500100300")[-1]["text"].startswith("SPROSTOWANIE. DOLINA")
    end = follow(correction, kind=Kind.ALL_CLEAR, by=by(officer), at=at())
    end = start(approve(submit(end, by=by(officer), at=at()), by=by(colleague), at=at()), by=by(officer), at=at())
    assert reached(end) == reached(correction)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert [line.is_end for line in banner(at=at())] == [True]
    run()
    assert sandbox.sms("+48500100301")[-1]["text"].startswith("ODWOLANIE. ")
    assert "Do: " in long_text(words_of(correction), "pl")
    assert "Do: " not in long_text(words_of(end), "pl")


def test_a_repeat_is_one_tap_to_whoever_got_it(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    first = sent(officer, colleague)
    run()
    again = repeat(first, by=by(officer), at=at())
    assert reached(again) == reached(first)
    run()
    assert sandbox.sms("+48500100300")[-1]["text"].startswith("PONOWNIE. ")
    for one in (first, again):  # a second click, here or on the page to which the first one led
        with pytest.raises(Refused, match="przed chwilą"):
            repeat(one, by=by(colleague), at=at(4))
    assert Broadcast.objects.filter(kind=Kind.REPEAT).count() == 1
    assert reached(repeat(again, by=by(officer), at=at(6))) == reached(first)
    drafts = {follow(first, kind=Kind.CORRECTION, by=by(officer), at=at()).pk for _ in range(2)}
    assert len(drafts) == 1


def test_a_repeat_carries_no_new_words_past_the_second_person(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    first = sent(officer, colleague)
    again = follow(first, kind=Kind.REPEAT, by=by(officer), at=at())
    with pytest.raises(Refused, match="tymi samymi słowami"):
        write_draft(again, said={"sms": "Dolina. Uciekaj."}, by=by(officer), at=at())


def test_browsers_are_told_too(officer: Account, town: list[Payer]) -> None:
    PushConsent.objects.create(payer=town[0], topic_code="crisis", wording="1")
    where = {"endpoint": "https://push.example/1", "p256dh": "k", "auth": "a", "browser": "Firefox"}
    PushSubscription.objects.create(payer=town[0], **where)
    made = draft(officer)
    assert ("powiadomienie w przeglądarce", 1) in [
        (label, row.messages) for label, row in preview(made, at=at()).told_rows
    ]
    gone = start(made, by=by(officer), at=at(), break_glass="Wichura zrywa już dachy.")
    assert ("Osoba 0", "push") in reached(gone)


def test_by_statute_everybody_with_a_known_address_is_warned_and_the_ground_is_kept(
    officer: Account, town: list[Payer]
) -> None:
    Topic.objects.filter(code="crisis").update(basis="statute", ground="art. 24 ustawy o ochronie ludności")
    gone = start(draft(officer), by=by(officer), at=at(), break_glass="Wichura zrywa już dachy.")
    assert "Bez Zgody" in {name for name, _ in reached(gone)}
    assert (gone.basis, gone.ground) == ("statute", "art. 24 ustawy o ochronie ludności")


def test_everybody_sees_the_warning_on_pages_in_feeds_and_as_cap(
    client: Client, sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = sent(officer, colleague, sms_en="DOLINA: strong wind until 6:00. Stay at home.")
    assert SMS in client.get("/kontakt/").content.decode()
    assert "strong wind" in client.get(f"/ostrzezenia/{broadcast.number}/").content.decode()
    assert str(broadcast.number) in client.get("/ostrzezenia/atom.xml").content.decode()
    assert "Dolina: silny wiatr" in client.get("/ostrzezenia/rss.xml").content.decode()
    alert = read_cap(client.get(f"/ostrzezenia/{broadcast.number}/cap.xml").content)
    assert (alert.message_type, [info.language for info in alert.infos]) == ("Alert", ["pl-PL", "en"])
    assert alert.infos[0].areas[0].geocodes == (("TERYT", "2461011"),)
    end = follow(broadcast, kind=Kind.ALL_CLEAR, by=by(officer), at=at())
    end = start(end, by=by(officer), at=at(), break_glass="Koniec zagrożenia, nie ma kolegi.")
    cancelled = read_cap(client.get(f"/ostrzezenia/{end.number}/cap.xml").content)
    assert cancelled.message_type == "Cancel"
    assert cancelled.references[0].identifier == alert.identifier
    assert cancelled.infos[0].responses == ("AllClear",)


def test_the_report_holds_every_step_reach_times_and_cost(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = sent(officer, colleague)
    run()
    tasks.close_broadcasts()
    broadcast.refresh_from_db()
    assert [(one.channel, one.total, one.accepted) for one in progress_of(broadcast)] == [
        ("e-mail", 3, 3),
        ("SMS", 3, 3),
    ]
    assert [share for share, _ in times_of(broadcast)] == [50, 90, 99]
    assert curves_of(broadcast)["SMS"][-1].accepted == 3
    told = report_csv(broadcast, at=at()).decode("utf-8-sig")
    for words in ("Karol Drugi", "zatwierdzono", "nadano", "SMS: przyjęte;3", "50% przyjętych"):
        assert words in told
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(report_pdf(broadcast, at=at()))).pages)
    assert "przekazano do zatwierdzenia" in " ".join(text.split())
