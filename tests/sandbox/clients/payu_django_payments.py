"""django-payments-payu at the sandbox: `payu_django_payments.py SANDBOX`; prints what it learnt as JSON."""

import json
import os
import sys
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests

FOLDER = tempfile.TemporaryDirectory()


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Quiet."""


server = make_server("127.0.0.1", 0, None, handler_class=Quiet)
os.environ["SHOP_PAYU"] = f"{sys.argv[1]}/"
os.environ["SHOP_HOST"] = f"127.0.0.1:{server.server_port}"
os.environ["SHOP_DATABASE"] = json.dumps(
    {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER.name}/shop.sqlite3"}
)
sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))

from payu_shop.wsgi import Payment, application, tables  # noqa: E402  the addresses first

from payments import RedirectNeeded  # noqa: E402


def shop(url: str) -> dict[str, object]:
    """Order, be paid, believe the notices that the sandbox sends but no forged one, give a part back."""
    tables()
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    payment = Payment.objects.create(
        variant="payu", total=Decimal("123.45"), currency="PLN", description="Podatek", billing_email="anna@example.com"
    )
    payment.customer_ip_address = "127.0.0.1"
    try:
        payment.get_form()
    except RedirectNeeded as leads_to:
        address = str(leads_to)
    requests.post(f"{url}/control/payu/{payment.transaction_id}/pay-forged", timeout=10).raise_for_status()
    requests.post(f"{url}/control/flush", timeout=10).raise_for_status()
    forged = Payment.objects.get().status
    requests.post(f"{url}/control/payu/{payment.transaction_id}/again-completed", timeout=10).raise_for_status()
    deadline = time.monotonic() + 10
    while (told := Payment.objects.get()).status != "confirmed" and time.monotonic() < deadline:
        time.sleep(0.05)
    told.refund(amount=Decimal("23.45"))
    refunded = json.loads(told.extra_data)["refund_responses"][0]["refund"]["amount"]
    return {
        "leads_to": address,
        "after_forged": forged,
        "status": told.status,
        "captured": str(told.captured_amount),
        "refunded": f"{int(refunded) / 100:.2f}",
    }


if __name__ == "__main__":
    print(json.dumps(shop(sys.argv[1])))
