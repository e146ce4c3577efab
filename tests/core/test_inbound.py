"""Outside events: two workers beside each other handle each once, and neither waits for the other."""

import contextlib

import psycopg2
from django.db import connection

from core.inbound import handle, receive
from core.models import InboundEvent
from tests import make


def _kept(key: str) -> InboundEvent:
    return receive("test", key=key, headers={}, body=b"{}", is_verified=True)[0]


def test_an_event_that_another_worker_handles_is_passed_by_at_once_and_not_counted(committed: None) -> None:
    busy, free = _kept("busy"), _kept("free")
    done: list[str] = []

    def act(event: InboundEvent) -> str:
        done.append(event.key)
        return ""

    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with contextlib.closing(other), other.cursor() as cursor, connection.cursor() as own:
        cursor.execute("SELECT 1 FROM core_inboundevent WHERE id = %s FOR UPDATE", [busy.pk])
        own.execute("SET lock_timeout = '5s'")  # waiting would end in an error
        assert [handle(event.pk, act, at=make.now()) for event in (busy, free)] == [False, True]
        own.execute("RESET lock_timeout")
        other.rollback()  # a closed connection frees its locks only when the server notices
    assert done == ["free"]
    assert list(InboundEvent.objects.order_by("pk").values_list("key", "attempts")) == [("busy", 0), ("free", 1)]
    assert handle(busy.pk, act, at=make.now())
    assert done == ["free", "busy"]
