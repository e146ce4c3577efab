"""python-getpaid-przelewy24 at the sandbox: `p24_getpaid.py SANDBOX`; prints what it learnt as JSON."""

import asyncio
import contextlib
import json
import sys
from decimal import Decimal

import requests
from getpaid_core.exceptions import RefundFailure
from getpaid_przelewy24.client import P24Client


async def shop(url: str) -> dict[str, object]:
    """Try the keys, register, be paid, verify, look, give half back."""
    keys = {"merchant_id": 12345, "pos_id": 12345, "api_key": "sandbox-p24-api-key", "crc_key": "sandbox-p24-crc"}
    client = P24Client(**keys)
    client.base_url = url
    async with client:
        access = await client.test_access()
        made = await client.register_transaction(
            session_id="client-1",
            amount=Decimal("123.45"),
            currency="PLN",
            description="Podatek od nieruchomości, rata 1",
            email="anna@example.com",
            url_return="http://127.0.0.1:1/powrot/",
            url_status="http://127.0.0.1:1/hooks/",
            country="PL",
            language="pl",
            time_limit=30,
        )
        leads_to = client.get_transaction_redirect_url(made["data"]["token"])
        page = requests.get(leads_to, timeout=10)
        paid = requests.post(f"{url}/control/p24/client-1/pay", timeout=10).json()
        verified = await client.verify_transaction(
            session_id="client-1", order_id=paid["order_id"], amount=Decimal("123.45"), currency="PLN"
        )
        told = await client.get_transaction_by_session_id("client-1")
        items = [{"orderId": paid["order_id"], "sessionId": "client-1", "amount": 2345, "description": "zwrot"}]
        with contextlib.suppress(RefundFailure):  # this client knows 200 alone, and the vendor's document says 201
            await client.refund(request_id="r-1", refunds_uuid="u-1", url_status="http://127.0.0.1:1/", refunds=items)
    return {
        "access": access,
        "page": page.status_code,
        "paid": paid["status"],
        "verified": verified["data"]["status"],
        "status": told["data"]["status"],
        "amount": told["data"]["amount"],
        "refund": client.last_response.status_code,
        "refunded": client.last_response.json()["data"][0]["message"],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(shop(sys.argv[1]))))
