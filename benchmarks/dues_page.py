"""The dues page against the smallest Django view under the same gunicorn, and its number of queries."""

import os
import subprocess
import sys
import time

import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import world
from benchmarks.table import rate_of, show
from core.sealed_sessions import SessionStore
from liabilities.importing import import_dues
from residents.actions import grant_mandate, register_payer
from residents.models import Account
from spm import embedded

REQUESTS = 300


def _prepare(dues: int) -> Account:
    world.empty()
    Account.objects.all().delete()
    number = world.numbers(1)[0]
    rows = [(*row[:1], number.value, "Płatnik", *row[3:5], row[5], place + 1, *row[7:9], 0, row[10])
            for place, row in enumerate(world.dues_rows(dues))]  # fmt: skip
    now = timezone.now()
    import_dues(
        world.dues_file(rows), file_name="b", source="bench", as_of=now, on=timezone.localdate(), at=now, by=world.BY
    )
    account = Account.objects.create_user("bench@example.com", "x", full_name="Płatnik")
    payer = register_payer(kind="person", name="Płatnik", number=number, by=world.BY)
    grant_mandate(
        account=account, payer=payer, basis="self", scope="all", confirmed_how="benchmark", by=world.BY, at=now
    )
    return account


def _queries(account: Account) -> int:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/naleznosci/")
    with CaptureQueriesContext(connection) as found:
        assert client.get("/naleznosci/").status_code == 200
    return len(found)


def _session(account: Account) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    assert store.session_key
    return store.session_key


def main() -> None:
    """Measure and print."""
    counts = {dues: _queries(_prepare(dues)) for dues in (1, 50)}
    account = _prepare(8)
    port = embedded.free_port()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "SPM_LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "spm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert embedded.wait_for_port(port, seconds=20)
        time.sleep(1)
        with requests.Session() as session:
            session.cookies.set(settings.SESSION_COOKIE_NAME, _session(account), domain="127.0.0.1")

            def ask(path: str, words: str) -> None:
                for _ in range(REQUESTS):
                    answer = session.get(f"http://127.0.0.1:{port}{path}", timeout=30, allow_redirects=False)
                    assert answer.status_code == 200, answer.status_code
                    assert words in answer.text

            floor = rate_of("the smallest view", REQUESTS, lambda: ask("/floor/", "ok"))
            page = rate_of("«Moje należności», 8 dues", REQUESTS, lambda: ask("/naleznosci/", "Moje należności"))
    finally:
        server.terminate()
        server.wait()
    show("The dues page, answers", page, floor, aims="≥ 0.25 × the smallest view")
    print(f"  queries of the page: {counts[1]} with 1 due, {counts[50]} with 50")
