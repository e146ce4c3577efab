"""PayU's notices come in over HTTP: signature first, kept raw, answered, posted once."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from core.models import InboundEvent
from payments import completing, hooks
from payments.models import Payment
from payments.notices import handle_notices
from payments.states import State
from tests import make
from tests.payments.paying import HOOK, Paying, body_of, digest_of, path_of, postings, send, signature

PAID = ("0.00", "50.00", "0.00", 1)
UNPAID = ("100.00", "50.00", "0.00", 0)


def test_a_genuine_notice_is_kept_and_then_posted(paying: Paying) -> None:
    payment = paying.start()
    body = body_of(payment)
    assert send(body).status_code == 200
    event = InboundEvent.objects.get()
    assert (event.source, event.key, event.is_verified, bytes(event.body)) == ("payu", digest_of(body), True, body)
    assert (event.handled_at, paying.books()) == (None, UNPAID)
    assert handle_notices(at=make.now()) == 1
    event.refresh_from_db()
    assert event.handled_at is not None
    assert (event.problem, paying.books()) == ("", PAID)
    assert handle_notices(at=make.now()) == 0


def test_a_repeat_gets_200_is_counted_and_posts_nothing_more(paying: Paying) -> None:
    payment = paying.start()
    body = body_of(payment)
    for _ in range(5):
        assert send(body).status_code == 200
        handle_notices(at=make.now())
    assert InboundEvent.objects.values_list("times_seen", "attempts").get() == (5, 1)
    assert (paying.books(), postings(payment)) == (PAID, 1)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 401),
        ("signature=00;algorithm=MD5", 401),
        ("signature=żółć;algorithm=MD5", 401),
        ("x" * 20_000, 401),
    ],
)
def test_a_forged_notice_is_refused_kept_and_never_acted_on(paying: Paying, header: str, status: int) -> None:
    payment = paying.start()
    for _ in range(3):
        answer = send(body_of(payment), header=header.encode().decode("latin-1"))
        assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert set(InboundEvent.objects.values_list("is_verified", flat=True)) == {False}
    assert sum(InboundEvent.objects.values_list("times_seen", flat=True)) == 3
    assert handle_notices(at=make.now()) == 0
    payment.refresh_from_db()
    assert (payment.state, paying.books()) == (State.REDIRECTED, UNPAID)


@pytest.mark.django_db
def test_of_what_strangers_send_only_the_beginning_is_kept() -> None:
    body = b"{" * (hooks.LONGEST - 1)
    assert send(body, header="").status_code == 401
    assert len(InboundEvent.objects.get().body) == hooks.KEPT_OF_STRANGERS


def test_a_forged_copy_sent_first_does_not_shut_the_genuine_one_out(paying: Paying) -> None:
    body = body_of(paying.start())
    assert send(body, header="signature=00;algorithm=MD5").status_code == 401
    assert send(body).status_code == 200
    assert handle_notices(at=make.now()) == 1
    assert paying.books() == PAID


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"<html></html>", b'{"order":' * 3])
def test_garbage_is_refused_and_kept_signed_or_not(body: bytes) -> None:
    assert send(body, header="").status_code == 401
    assert send(body).status_code == 400
    assert InboundEvent.objects.values_list("is_verified", "times_seen").get() == (False, 2)
    assert handle_notices(at=make.now()) == 0


@pytest.mark.django_db
def test_a_genuine_notice_of_another_matter_gets_200_and_waits_for_a_clerk() -> None:
    assert send(b'{"orderId":"A","extOrderId":"B","refund":{"amount":"100"}}').status_code == 200
    assert send(b'{"news":1}').status_code == 200
    assert handle_notices(at=make.now()) == 2
    problems = list(InboundEvent.objects.order_by("pk").values_list("problem", flat=True))
    assert problems == ["powiadomienie operatora ma nieznaną budowę"] * 2


def test_a_notice_of_a_payment_that_we_do_not_know_waits_for_a_clerk(paying: Paying) -> None:
    payment = paying.start()
    unknown = body_of(payment, extOrderId="0c9f8a4e-0000-4000-8000-000000000009", orderId="UNKNOWN")
    assert send(unknown).status_code == 200
    handle_notices(at=make.now())
    assert InboundEvent.objects.get().problem == "powiadomienie o płatności, której nie znamy"
    assert paying.books() == UNPAID


def test_a_notice_without_our_number_is_known_by_payus(paying: Paying) -> None:
    send(body_of(paying.start(), extOrderId=None))
    handle_notices(at=make.now())
    assert paying.books() == PAID


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_only_post_is_taken(client: Client, method: str) -> None:
    assert getattr(client, method)(HOOK).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("length", [str(hooks.LONGEST + 1), "9" * 30, "dużo", "-1"])
def test_a_body_too_long_is_turned_away_unread(client: Client, length: str) -> None:
    answer = client.post(HOOK, b"x", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code == 413
    assert InboundEvent.objects.count() == 0


@pytest.mark.usefixtures("redis_is_away")
def test_payu_gets_its_200_while_redis_is_away(paying: Paying, caplog: pytest.LogCaptureFixture) -> None:
    body = body_of(paying.start())
    assert send(body).status_code == 200
    assert "Redis is away: what came waits for the timetable" in caplog.text
    assert InboundEvent.objects.get().handled_at is None
    handle_notices(at=make.now())
    assert paying.books() == PAID


def test_no_address_or_key_of_the_payer_is_logged(
    paying: Paying, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    body = body_of(paying.start())
    send(body)
    send(body, header="")
    send(b"{")
    handle_notices(at=make.now())
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert "anna@example.com" not in log
    assert settings.PAYU["second_key"] not in log


def test_one_notice_that_fails_leaves_the_others(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = paying.start("ANNA-1"), paying.start("ANNA-2")
    send(body_of(first))
    send(body_of(second))
    honest = completing.post_payments

    def failing(payments: Sequence[Payment], **options: Any) -> None:
        if first in payments:
            raise ConnectionError
        honest(payments, **options)

    monkeypatch.setattr("payments.completing.post_payments", failing)
    assert handle_notices(at=make.now()) == 1
    assert paying.books() == ("100.00", "0.00", "0.00", 1)
    monkeypatch.setattr("payments.completing.post_payments", honest)
    assert handle_notices(at=make.now()) == 1
    assert paying.books() == ("0.00", "0.00", "0.00", 2)


def _in_threads(count: int, *bodies: bytes) -> list[int]:
    met, answers = threading.Barrier(count, timeout=60), []

    def one(place: int) -> None:
        met.wait()
        try:
            answers.append(send(bodies[place % len(bodies)]).status_code)
            handle_notices(at=make.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_notices_at_once_post_once(paying_for_all: Paying) -> None:
    payment = paying_for_all.start()
    completed, pending = body_of(payment), body_of(payment, "PENDING")
    assert _in_threads(50, completed, pending) == [200] * 50
    handle_notices(at=make.now())
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books(), postings(payment)) == (State.PAID, PAID, 1)
    assert path_of(payment).count("paid") == 1
    assert sum(InboundEvent.objects.values_list("times_seen", flat=True)) == 50


def test_two_parallel_payments_of_one_due_end_in_a_paid_due_and_a_credit(paying_for_all: Paying) -> None:
    first, second = paying_for_all.start(), paying_for_all.start()
    assert _in_threads(8, body_of(first), body_of(second)) == [200] * 8
    handle_notices(at=make.now())
    assert paying_for_all.books() == ("0.00", "50.00", "100.00", 2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.PAID, State.PAID)


def test_the_twin_header_is_taken_too(paying: Paying) -> None:
    body = body_of(paying.start())
    answer = Client().post(
        HOOK,
        body,
        content_type="application/json",
        headers={"X-OpenPayU-Signature": signature(body, algorithm="SHA-256")},
    )
    assert answer.status_code == 200
    handle_notices(at=make.now())
    assert paying.books() == PAID
