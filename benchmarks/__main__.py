"""`python -m benchmarks [NAME …]`: every benchmark, or the named ones (`ALONE` and `SENDING` below name them)."""

import logging
import os
import signal
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from spm import embedded


def prepare() -> None:
    """An embedded database of the benchmarks' own, durable as in production."""
    os.environ.setdefault("DEMO_DIR", str(embedded.ROOT / ".cache" / "bench"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ["SPM_LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("SPM_STATIC_ROOT", str(Path(os.environ["DEMO_DIR"]) / "static"))
    embedded.complete(os.environ)
    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


prepare()

from benchmarks import (  # noqa: E402  settings first
    account,
    broadcast,
    consents,
    dispatching,
    dues_page,
    find_payer,
    import_dues,
    import_many,
    interest,
    killed,
    letters,
    notices,
    reminders,
    reports,
    sending,
    statements,
    texts,
)
from benchmarks.table import machine  # noqa: E402
from tests.sandbox_process import running_sandbox  # noqa: E402

ALONE = {
    "find_payer": find_payer.main,
    "who_may_get": consents.who_may_get,
    "import_papers": consents.import_papers,
    "import_dues": import_dues.main,
    "import_many": import_many.main,
    "interest": interest.main,
    "account": account.main,
    "statements": statements.main,
    "dues_page": dues_page.main,
    "letters": letters.main,
    "email": sending.email,
    "texts": texts.main,
    "reports": reports.main,
    "reminders": reminders.main,
    "killed": killed.main,
}
SENDING = {
    "sms": sending.sms,
    "second_worker": dispatching.second_worker,
    "crisis": dispatching.crisis,
    "memory": dispatching.memory,
    "notices": notices.main,
    "broadcast": broadcast.main,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks."""
    wanted = names or [*ALONE, *SENDING]
    if unknown := [name for name in wanted if name not in {**ALONE, **SENDING}]:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join([*ALONE, *SENDING])}", file=sys.stderr)
        return 2
    print(f"# SPM benchmarks on {machine()}; three runs each, medians")
    for name in wanted:
        if name in ALONE:
            ALONE[name]()
            continue
        with running_sandbox() as sandbox:
            settings.SMSAPI["url"] = f"{sandbox.url}/"
            SENDING[name](sandbox)
    return 0


if __name__ == "__main__":
    # A benchmark that is told to end lets go of its workers and its sandbox first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
