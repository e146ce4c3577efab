"""python-getpaid-payu at the sandbox: `payu_getpaid.py SANDBOX`; prints what it learnt as JSON."""

import asyncio
import json
import sys
from decimal import Decimal

import requests
from getpaid_payu.client import PayUClient


async def shop(url: str) -> dict[str, object]:
    """Order, look, be paid, look, give half back; order again and give it up."""
    keys = {"pos_id": 300746, "oauth_id": 300746, "second_key": "b6ca15b0d1020e8094d9b5f8d163db54"}
    async with PayUClient(url, oauth_secret="2ee86a66e5d97e3fadc400c9f19b065d", **keys) as client:
        made = await client.new_order(
            Decimal("123.45"),
            "PLN",
            "client-1",
            description="Podatek od nieruchomości",
            customer_ip="127.0.0.1",
            buyer={"email": "anna@example.com", "language": "pl"},
            products=[{"name": "Rata 1", "unitPrice": Decimal("123.45"), "quantity": 1}],
        )
        order_id = made["orderId"]
        before = await client.get_order_info(order_id)
        requests.post(f"{url}/control/payu/{order_id}/pay", timeout=10).raise_for_status()
        after = await client.get_order_info(order_id)
        refund = await client.refund(order_id, Decimal("23.45"), "zwrot", ext_refund_id="client-1-refund")
        other = await client.new_order(Decimal("1.00"), "PLN", "client-2", description="x", products=PRODUCTS)
        given_up = await client.cancel_order(other["orderId"])
        cancelled = await client.get_order_info(other["orderId"])
    return {
        "leads_to": made["redirectUri"],
        "states": [told["orders"][0]["status"] for told in (before, after, cancelled)],
        "amount": str(after["orders"][0]["totalAmount"]),
        "refunded": str(refund["refund"]["amount"]),
        "given_up": given_up["status"]["statusCode"],
    }


PRODUCTS = [{"name": "x", "unitPrice": Decimal("1.00"), "quantity": 1}]

if __name__ == "__main__":
    print(json.dumps(asyncio.run(shop(sys.argv[1]))))
