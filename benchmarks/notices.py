"""10,000 PayU notifications, three in ten repeats and all of them out of order, over HTTP: ours against django-payments
with django-payments-payu behind the same server (gunicorn, two workers), on the same PostgreSQL.

Ours: kept raw and answered by the web, posted in the ledger by two workers, one of them killed half-way. The peer marks
a payment as confirmed while it answers; it has no ledger, no confirmation and no table of events.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from django.utils import timezone

from benchmarks import world
from benchmarks.table import Measured, show
from liabilities.importing import import_dues
from liabilities.models import Instalment
from payments.models import Payment, PaymentLine
from residents.models import Account
from spm import embedded
from tests.payments.paying import body_of, signature
from tests.sandbox.clients.environment import HERE, IndexIsAway, installed
from tests.sandbox_process import Sandbox

NOTICES = 10_000
REPEATS = 0.3
SENDERS = 8
TRIES = 20
SERVER = ("--workers", "2", "--threads", "4", "--log-level", "critical", "--bind")
WORKER = (
    "-m",
    "celery",
    "-A",
    "spm",
    "worker",
    "--beat",
    "--pool",
    "solo",
    "--loglevel",
    "CRITICAL",
    "--without-gossip",
)
PAID = "SELECT count(*) FROM payments_payment WHERE state = 'paid'"
POSTED = "SELECT count(*), count(DISTINCT reference), -sum(amount) FROM liabilities_ledgerentry WHERE kind = 'payment'"


@dataclass(frozen=True)
class Post:
    """One notice on its way."""

    path: str
    body: bytes
    header: str


def _payments(count: int) -> list[Payment]:
    """*count* payments that lie at PayU, each of one due of its own."""
    world.empty()
    Account.objects.filter(email="bench@example.com").delete()
    now, on = timezone.now(), timezone.localdate()
    rows = [(*row[:7], on, 100, 0, row[10]) for row in world.dues_rows(count)]
    import_dues(world.dues_file(rows), file_name="b.csv", source="bench", as_of=now, on=on, at=now, by=world.BY)
    account = Account.objects.create_user("bench@example.com", "x")
    dues = list(Instalment.objects.order_by("pk").values_list("pk", "liability__payer_id"))
    made = Payment.objects.bulk_create(
        [
            Payment(
                payer_id=payer,
                made_by=account,
                provider="payu",
                amount=Decimal("100.00"),
                state="redirected",
                provider_order_id=f"BENCH{place:012d}GUEST000P01",
                frozen_until=now,
                started_at=now,
            )
            for place, (_, payer) in enumerate(dues)
        ],
        batch_size=2_000,
    )
    PaymentLine.objects.bulk_create(
        [
            PaymentLine(
                payment=payment, payer_id=payment.payer_id, instalment_id=due, principal=100, interest=0, costs=0
            )
            for payment, (due, _) in zip(made, dues, strict=True)
        ],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made


def _disordered(posts: list[Post], count: int) -> list[Post]:
    """*count* notices of which three in ten repeat an earlier one, shuffled."""
    chance = random.Random(20261121)
    told = [*posts, *(chance.choice(posts) for _ in range(count - len(posts)))]
    chance.shuffle(told)
    return told


def _send(address: str, posts: list[Post]) -> None:
    """All of them, by several senders; each is repeated until it is answered 200, as PayU would."""
    place = urlsplit(address)
    own = threading.local()

    def one(post: Post) -> None:
        status = 0
        for _ in range(TRIES):
            if not hasattr(own, "line"):
                own.line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
            try:
                headers = {"Content-Type": "application/json", "OpenPayu-Signature": post.header}
                own.line.request("POST", post.path, body=post.body, headers=headers)
                answer = own.line.getresponse()
                answer.read()
                status = answer.status
                if status == 200:
                    return
            except (OSError, http.client.HTTPException):
                own.line.close()
                del own.line
            time.sleep(0.05)
        raise AssertionError(f"a notice was never taken: HTTP {status}")

    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(one, posts))


@contextlib.contextmanager
def _running(
    command: list[str], environment: dict[str, str], *, folder: Path = embedded.ROOT
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _redis() -> Iterator[str]:
    port = embedded.free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        _running(embedded.redis_command(Path(folder), port), dict(os.environ)),
    ):
        assert embedded.wait_for_port(port, seconds=10)
        yield f"redis://127.0.0.1:{port}/0"


def _count(query: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())


def _ours(count: int, sandbox: Sandbox) -> Measured:
    """Until the last payment stands in the ledger, one worker killed half-way."""
    payments = _payments(int(count * (1 - REPEATS)))
    posts = []
    for payment in payments:
        body = body_of(payment)
        posts.append(Post("/hooks/payu/", body, signature(body)))
    posts = _disordered(posts, count)
    port = embedded.free_port()
    web = [sys.executable, "-m", "gunicorn", "spm.wsgi", *SERVER, f"127.0.0.1:{port}"]
    with _redis() as redis, tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "spm.settings", "SPM_LOG_LEVEL": "CRITICAL"}
        environment |= {"REDIS_URL": redis, "SPM_PAYU_URL": sandbox.url}
        stack.enter_context(_running(web, environment))
        assert embedded.wait_for_port(port, seconds=30)

        def worker(name: str) -> "subprocess.Popen[bytes]":
            own = ["--hostname", f"{name}@bench", "--schedule", f"{folder}/{name}"]
            return stack.enter_context(_running([sys.executable, *WORKER, *own], environment))

        first, _ = worker("first"), worker("second")
        _send(f"http://127.0.0.1:{port}", posts[:SENDERS])
        _until(lambda: _count(PAID)[0], 1)
        began = time.perf_counter()
        sender = threading.Thread(target=_send, args=(f"http://127.0.0.1:{port}", posts))
        sender.start()
        _until(lambda: _count(PAID)[0], len(payments) // 2)
        first.kill()
        worker("third")
        sender.join()
        _until(lambda: _count(PAID)[0], len(payments))
        took = time.perf_counter() - began
    assert _count(POSTED) == (len(payments), len(payments), Decimal(100) * len(payments)), _count(POSTED)
    return Measured("kept raw, posted in the ledger, confirmed", count / took)


def _until(told: Callable[[], object], wanted: int) -> None:
    deadline = time.monotonic() + 600
    while int(str(told())) < wanted:
        assert time.monotonic() < deadline, f"{told()} of {wanted}"
        time.sleep(0.05)


def _told_of(place: int) -> str:
    order = {
        "orderId": f"BENCH{place:012d}GUEST000P01",
        "extOrderId": str(place),
        "orderCreateDate": "2026-05-01T10:00:00.000+02:00",
        "merchantPosId": "300746",
        "currencyCode": "PLN",
        "totalAmount": "10000",
        "status": "COMPLETED",
        "buyer": {"email": "anna@example.com"},
    }
    return json.dumps({"order": order, "localReceiptDateTime": "2026-05-01T10:00:00.000+02:00"})


def _peer(count: int, sandbox: Sandbox) -> Measured:
    """Until the last notice is answered: the payment is confirmed by then."""
    orders = int(count * (1 - REPEATS))
    known = connection.settings_dict
    database = {name: known[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environment = {"PATH": os.environ["PATH"], "SHOP_DATABASE": json.dumps(database), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["SHOP_PAYU"] = f"{sandbox.url}/"
    path = f"import sys; sys.path[:0] = [{str(installed())!r}, {str(HERE)!r}]; "
    make = [sys.executable, "-I", "-c", path + f"import payu_shop.wsgi; payu_shop.wsgi.filled({orders})"]
    tokens = subprocess.run(make, env=environment, check=True, capture_output=True, text=True).stdout.split()
    posts = []
    for place, token in enumerate(tokens):
        body = _told_of(place).encode()
        posts.append(Post(f"/process/{token}/", body, signature(body)))
    posts = _disordered(posts, count)
    port = embedded.free_port()
    serve = path + "from gunicorn.app.wsgiapp import run; run()"
    web = [sys.executable, "-I", "-c", serve, "payu_shop.wsgi", *SERVER, f"127.0.0.1:{port}"]
    with _running(web, environment, folder=HERE):
        assert embedded.wait_for_port(port, seconds=30)
        _send(f"http://127.0.0.1:{port}", posts[:SENDERS])
        began = time.perf_counter()
        _send(f"http://127.0.0.1:{port}", posts)
        took = time.perf_counter() - began
    confirmed = _count("SELECT count(*) FROM payu_shop_payment WHERE status = 'confirmed'")
    assert confirmed == (len(tokens),), confirmed
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE payu_shop_payment")
    return Measured("django-payments with django-payments-payu", count / took)


def main(sandbox: Sandbox, count: int = NOTICES) -> None:
    """Measure once each and print: a run is long, and its end is proved."""
    try:
        installed()
    except IndexIsAway as away:
        print(f"  the peer is not installed: {away}")
        return
    title = f"{count:,} PayU notices, 30 % repeats, shuffled, two workers, one killed half-way"
    show(title, _ours(count, sandbox), _peer(count, sandbox), aims="≥ 300 a second, none lost, none twice")
