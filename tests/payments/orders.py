"""An order that tests open at each provider, and what the sandbox keeps of it."""

from decimal import Decimal
from typing import Any

from payments.providers import Order, OrderLine
from tests.sandbox_process import Sandbox

ORDER = Order(
    number="0c9f8a4e-0000-4000-8000-000000000001",
    amount=Decimal("1234.56"),
    description="Gmina Dolina, należności, SPM-000001",
    lines=[OrderLine("Podatek od nieruchomości 2026, rata 1", Decimal("1234.56"))],
    customer_ip="127.0.0.1",
    buyer_email="anna@example.com",
    notify_url="http://127.0.0.1:1/hooks/przelewy24/",
    continue_url="http://127.0.0.1:1/powrot/",
    valid_seconds=1800,
)
# What each provider is called in the sandbox's control API.
VENDORS = {"payu": "payu", "przelewy24": "p24", "paypal": "paypal"}


def play(sandbox: Sandbox, provider: str, order_id: str, outcome: str) -> None:
    """Let the payer, the bank or a fault do something with an order."""
    sandbox.control("POST", f"{VENDORS[provider]}/{order_id}/{outcome}")


def kept(sandbox: Sandbox, provider: str) -> list[dict[str, Any]]:
    """Every order of a provider."""
    found: list[dict[str, Any]] = sandbox.control("GET", VENDORS[provider])
    return found
