"""Clients that others published work against the stand-ins unchanged: what passes here is the vendor's protocol.

They are installed once, by hashes, into `.test/`; where no package index answers and they are not there yet, the tests
are passed over with pip's words.
"""

from pathlib import Path

import pytest

from tests.sandbox.clients import environment
from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.xdist_group("published clients")


@pytest.fixture(scope="module", autouse=True)
def clients() -> Path:
    """Where they are."""
    try:
        return environment.installed()
    except environment.IndexIsAway as away:
        pytest.skip(f"the published clients are not installed: {away}")


def test_payus_stand_in_serves_python_getpaid(sandbox_server: SandboxServer) -> None:
    told = environment.run("payu_getpaid.py", sandbox_server.url)
    assert str(told.pop("leads_to")).startswith(f"{sandbox_server.url}/payu/pay/?orderId=")
    assert told == {
        "states": ["NEW", "COMPLETED", "CANCELED"],
        "amount": "123.45",
        "refunded": "23.45",
        "given_up": "SUCCESS",
    }


def test_payus_stand_in_serves_django_payments_and_its_notices_are_believed(sandbox_server: SandboxServer) -> None:
    told = environment.run("payu_django_payments.py", sandbox_server.url)
    assert str(told.pop("leads_to")).startswith(f"{sandbox_server.url}/payu/pay/?orderId=")
    assert told == {"after_forged": "waiting", "status": "confirmed", "captured": "123.45", "refunded": "23.45"}


def test_przelewy24s_stand_in_serves_python_getpaid(sandbox_server: SandboxServer) -> None:
    assert environment.run("p24_getpaid.py", sandbox_server.url) == {
        "access": True,
        "page": 200,
        "paid": 1,
        "verified": "success",
        "status": 2,
        "amount": 12345,
        "refund": 201,
        "refunded": "success",
    }


def test_paypals_stand_in_serves_the_vendors_own_kit(sandbox_server: SandboxServer) -> None:
    assert environment.run("paypal_server_sdk.py", sandbox_server.url) == {
        "same_order": True,
        "page": 200,
        "states": [
            *("PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED"),  # the order
            *("COMPLETED", "COMPLETED", "PARTIALLY_REFUNDED"),  # its capture, the refund, the capture after it
        ],
        "amount": "123.45",
        "custom_id": "client-1",
        "refunded": "23.45",
    }
