"""Workers killed exactly between the gateway's acceptance and their commit: what was taken is never taken again.

Twenty kills among all tests; `make faults` has a thousand.
"""

import subprocess
import sys

from notifications.models import Attempt
from spm import embedded
from tests.faults.outbox import counted, environment, fill_outbox, is_worked_off, references, running, wait_until
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

KILLS, SHARE = sized(20, of_200=1_000), 10


def test_what_the_gateway_took_before_the_worker_died_is_not_sent_again(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(KILLS * SHARE, channel="sms")
    sandbox.control("PUT", "settings", sms_report_delay_s=3600.0)
    settings = environment(sandbox)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.dying_workers", str(KILLS), str(SHARE)],
        cwd=embedded.ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=3_600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == str(KILLS)
    taken = sandbox.control("GET", "sms/idx")
    assert len(taken) == len(set(taken)) > 0
    assert not counted()["sent"], "nobody lived to write it down"
    with running("manage.py", "dispatch", environment=settings):
        wait_until(is_worked_off, seconds=120, what="the outbox is worked off")
    assert counted() == {"sent": KILLS * SHARE}
    assert sorted(sandbox.control("GET", "sms/idx")) == references()
    assert not Attempt.objects.filter(ended_at=None).exists()
