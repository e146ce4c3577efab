"""Starts and stops the demo: databases, sandbox gateways, web, worker and beat, under one roof.

`python -m spm.demo.supervisor [--reset]`; PORT and DEMO_DIR move it. Ctrl-C or SIGTERM stops everything.
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from spm import embedded
from spm.demo import dovecot
from spm.demo.children import ChildDied, Children, die_with_parent
from spm.demo.node import prepare_node
from spm.demo.own_keys import KEY_FILES, own_keys
from spm.demo.signins import SAMPLES, SIGN_INS, TRUSTED, sign_in_lines
from spm.environment import WrongSetting

PATIENCE = 90.0  # seconds until everything must be healthy


class CannotStart(Exception):
    """The demo cannot start; the message says why and what to do."""


def chosen_port() -> int:
    """PORT, 8800 unless it is set. Raises CannotStart when it is no port or somebody listens there."""
    text = os.environ.get("PORT") or "8800"
    if not text.isdigit() or not 1024 <= int(text) <= 65_000:
        raise CannotStart(f"PORT={text!r} is no port: choose a number from 1024 to 65000.")
    if embedded.wait_for_port(int(text), seconds=0.3):
        raise CannotStart(
            f"Port {text} is busy: stop what listens there, or choose another, e.g. PORT={int(text) + 10}."
        )
    return int(text)


def _near(port: int) -> int:
    return embedded.free_port() if embedded.wait_for_port(port, seconds=0.05) else port


@contextmanager
def sole_supervisor(directory: Path) -> Iterator[None]:
    """Hold the directory's lock; two demos need two directories. CannotStart when it is held or no directory."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"DEMO_DIR={directory} is of no use: {error.strerror}. Name another directory.") from error
    with (directory / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            address = embedded.running_demo(directory).get("SPM_BASE_URL", "an address not known yet")
            raise CannotStart(
                f"A demo of {directory} runs already at {address}. Stop it first, or name another DEMO_DIR and PORT."
            ) from error
        yield


def reset(directory: Path) -> None:
    """Throw the demo's data away, so that the next start begins anew."""
    folders = ("redis", "mailbox", "media", "static", "logs", TRUSTED, SAMPLES)
    for name in (*folders, "sandbox.sqlite3", "running.json", "keys.json", *KEY_FILES):
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in directory.glob("sandbox.sqlite3-*"):
        path.unlink()
    if (directory / "postgres").exists():
        embedded.destroy_database(directory)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait_until_healthy(children: Children, urls: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    waiting = list(urls)
    while waiting:
        children.check()
        waiting = [url for url in waiting if not _healthy(url)]
        if waiting and time.monotonic() > deadline:
            raise CannotStart(f"No answer from {', '.join(waiting)}. The logs are in {children.logs}.")
        time.sleep(0.2)


@contextmanager
def _managing(*arguments: str) -> Iterator[None]:
    """Run manage.py beside what the block does, and wait for its end. Raises CannotStart when it fails."""
    command = [sys.executable, str(embedded.ROOT / "manage.py"), *arguments]
    quiet = {**os.environ, "SPM_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen(command, env=quiet, preexec_fn=die_with_parent)
    try:
        yield
        if process.wait() != 0:
            raise CannotStart(f"`manage.py {' '.join(arguments)}` failed; what it said stands above.")
    finally:
        if process.poll() is None:  # the block failed, or somebody interrupts
            process.kill()
            process.wait()


def _manage(*arguments: str) -> None:
    with _managing(*arguments):
        pass


def _mailbox() -> dict[str, str]:
    """The mailboxes for applications and for returned e-mails, where dovecot is installed."""
    if not dovecot.is_installed():
        return {}
    told = {"HOST": "127.0.0.1", "PORT": str(embedded.free_port()), "TLS": "none"}
    told |= {"USER": "wnioski@dolina.example", "PASSWORD": secrets.token_hex(16)}
    returns = told | {"USER": "zwroty@dolina.example", "PASSWORD": secrets.token_hex(16)}
    return {
        **{f"SPM_IMAP_{name}": value for name, value in told.items()},
        **{f"SPM_BOUNCE_IMAP_{name}": value for name, value in returns.items()},
        "SPM_BOUNCE_ADDRESS": "zwroty+*@dolina.example",
    }


def _return_box(told: dict[str, str]) -> str:
    """The mailbox of returned e-mails as the sandbox's mail server knows it; nothing where there is none."""
    names = ("SPM_BOUNCE_IMAP_HOST", "SPM_BOUNCE_IMAP_PORT", "SPM_BOUNCE_IMAP_USER", "SPM_BOUNCE_IMAP_PASSWORD")
    host, port, user, password = (told.get(name, "") for name in names)
    return f"{host}:{port} {user} {password}" if host else ""


def _environment(directory: Path, port: int) -> dict[str, str]:
    sandbox, smtp, redis = _near(port + 1), _near(port + 25), embedded.free_port()
    node = prepare_node(directory, at=datetime.now(UTC))  # noqa: TID251  the demo's edge: Django's clock is not there
    told = {
        "SPM_SUPERVISOR": str(os.getpid()),
        "SPM_BASE_URL": f"http://127.0.0.1:{port}",
        "SPM_SMSAPI_URL": f"http://127.0.0.1:{sandbox}/",
        "SPM_SMS_GATEWAYS": "smsapi,serwersms",
        "SPM_SERWERSMS_URL": f"http://127.0.0.1:{sandbox}/serwersms/",
        "SPM_EMAIL_GATEWAYS": "smtp,mailjet",
        "SPM_MAILJET_URL": f"http://127.0.0.1:{sandbox}/mailjet/v3.1/",
        "SPM_PAYU_URL": f"http://127.0.0.1:{sandbox}",
        "SPM_P24_URL": f"http://127.0.0.1:{sandbox}",
        "SPM_PAYPAL_URL": f"http://127.0.0.1:{sandbox}",
        "SPM_IMGW_URL": f"http://127.0.0.1:{sandbox}/imgw",
        "SPM_RSO_URL": f"http://127.0.0.1:{sandbox}/rso",
        "SPM_TOWN_TERYT": os.environ.get("SPM_TOWN_TERYT") or "2402999",
        "SPM_SMTP_PORT": str(smtp),
        "SPM_TRUST_FOLDER": str(directory / TRUSTED),
        "REDIS_URL": os.environ.get("REDIS_URL") or f"redis://127.0.0.1:{redis}/0",
        # Its own: two demos of one checkout would write one folder at the same time.
        "SPM_STATIC_ROOT": os.environ.get("SPM_STATIC_ROOT") or str(directory / "static"),
        **own_keys(directory, f"http://127.0.0.1:{sandbox}"),
        **node.environment(f"http://127.0.0.1:{sandbox}"),
        **_mailbox(),
    }
    os.environ.update(told)
    os.environ["SPM_PROFILE"] = "demo"
    os.environ["DEMO_DIR"] = str(directory)
    return {**told, "sandbox": str(sandbox), "smtp": str(smtp), "redis": str(redis)}


def _start_servers(children: Children, directory: Path, told: dict[str, str], *, own_redis: bool) -> None:
    if own_redis:
        port = int(told["redis"])
        children.start("redis", embedded.redis_command(directory, port))
        if not embedded.wait_for_port(port, seconds=10):
            raise CannotStart(f"The embedded Redis did not start; its log is {children.logs / 'redis.log'}.")
    if secret := os.environ.get("SPM_SMSAPI_REPORT_SECRET"):
        os.environ["SANDBOX_SMS_ANSWERS_URL"] = f"{told['SPM_BASE_URL']}/hooks/sms/{secret}/odpowiedzi/"
    mailjet_url = told["SPM_BASE_URL"].replace("://", "://mailjet:sandbox-events@") + "/hooks/mail/mailjet/"
    children.start(
        "sandbox",
        [sys.executable, "-m", "sandbox", "--port", told["sandbox"], "--smtp-port", told["smtp"]]
        + ["--state", str(directory / "sandbox.sqlite3"), "--portal-url", told["SPM_BASE_URL"]]
        + ["--login-gov-pl", str(directory / "login-gov-pl")]
        + ["--paypal-webhook-url", f"{told['SPM_BASE_URL']}/hooks/paypal/"]
        + ["--set", f"serwersms_report_url={told['SPM_BASE_URL']}/hooks/serwersms/sandbox-reports/"]
        + ["--set", f"mailjet_webhook_url={mailjet_url}"]
        + ["--set", f"mail_return_box={_return_box(told)}"],
    )
    if imap_port := told.get("SPM_IMAP_PORT"):
        folder = dovecot.folder_for(directory / "mailbox")
        returns = (told["SPM_BOUNCE_IMAP_USER"], told["SPM_BOUNCE_IMAP_PASSWORD"])
        applications = (told["SPM_IMAP_USER"], told["SPM_IMAP_PASSWORD"])
        post = dovecot.Post(folder, int(imap_port), *applications, others=(returns,))
        dovecot.end_earlier(folder)
        children.start("dovecot", dovecot.command(post))
        if not embedded.wait_for_port(post.port, seconds=10):
            raise CannotStart(f"dovecot did not start; its log is {folder / 'dovecot.log'}.")
    _wait_until_healthy(children, [f"{told['SPM_PAYU_URL']}/health"])


def _start_portal(children: Children, port: int) -> None:
    python = sys.executable
    children.start(
        "web",
        [python, "-m", "gunicorn", "spm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
        + ["--preload", "--access-logfile", "-", "--access-logformat", "%(t)s %(m)s %(s)s %(L)s"],
    )
    worker = [python, "-m", "celery", "-A", "spm", "worker", "--pool", "threads", "--concurrency", "4"]
    children.start(
        "worker", [*worker, "--loglevel", "INFO", "--without-gossip", "--without-mingle", "-Q", "celery,urgent"]
    )
    schedule = str(children.logs.parent / "beat-schedule")
    children.start("beat", [python, "-m", "celery", "-A", "spm", "beat", "--schedule", schedule])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(directory: Path) -> None:
    """Start everything, say so, and watch until somebody stops it. Raises CannotStart."""
    port = chosen_port()
    own_redis = not os.environ.get("REDIS_URL")
    told = _environment(directory, port)
    children = Children(directory / "logs")
    try:
        print("Starting PostgreSQL, Redis and the sandbox gateways …", flush=True)
        embedded.complete(os.environ)
        _start_servers(children, directory, told, own_redis=own_redis)
        print("Preparing the database and the demo town (the first time takes about a minute) …", flush=True)
        with _managing("collectstatic", "--noinput", "--verbosity", "0"):
            _manage("migrate", "--verbosity", "0")
            _manage("load_demo")
        _start_portal(children, port)
        _wait_until_healthy(children, [f"{told['SPM_BASE_URL']}/health/"])
        children.wait_for_line("worker", "ready.", seconds=PATIENCE)
        keep = {name: value for name, value in told.items() if name.isupper()}
        (directory / "running.json").write_text(json.dumps(keep), encoding="utf-8")
        print("\n".join(sign_in_lines(told["SPM_BASE_URL"], told["SPM_PAYU_URL"], SIGN_INS, directory / SAMPLES)))
        print(f"SPM ready: {told['SPM_BASE_URL']}", flush=True)
        children.watch()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (directory / "running.json").unlink(missing_ok=True)
        children.stop()


def main() -> int:
    """The `make demo` command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    options = parser.parse_args()
    # Ctrl-C too: a shell starts what stands in the background with it ignored, and Python leaves that so.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    directory = embedded.data_directory()
    try:
        with sole_supervisor(directory):
            if options.reset:
                reset(directory)
            run(directory)
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    except (CannotStart, ChildDied, embedded.ServerTrouble, WrongSetting) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
