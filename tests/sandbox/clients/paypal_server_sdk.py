"""PayPal's own server SDK at the sandbox: `paypal_server_sdk.py SANDBOX`; prints what it learnt as JSON."""

import json
import sys

import requests
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
from paypalserversdk.models.checkout_payment_intent import CheckoutPaymentIntent
from paypalserversdk.models.money import Money
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.payment_source import PaymentSource
from paypalserversdk.models.paypal_wallet import PaypalWallet
from paypalserversdk.models.paypal_wallet_experience_context import PaypalWalletExperienceContext
from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

BACK = "http://127.0.0.1:1/powrot/"


def shop(url: str) -> dict[str, object]:
    """Order, look, be approved, capture, give half back."""
    Configuration.environments[Environment.SANDBOX][Server.DEFAULT] = url
    credentials = ClientCredentialsAuthCredentials(
        o_auth_client_id="sandbox-paypal-client", o_auth_client_secret="sandbox-paypal-secret"
    )
    client = PaypalServersdkClient(client_credentials_auth_credentials=credentials, environment=Environment.SANDBOX)
    unit = PurchaseUnitRequest(
        amount=AmountWithBreakdown(currency_code="PLN", value="123.45"),
        custom_id="client-1",
        description="Podatek od nieruchomości, rata 1",
    )
    context = PaypalWalletExperienceContext(return_url=BACK, cancel_url=BACK, locale="pl-PL", user_action="PAY_NOW")
    wanted = OrderRequest(
        intent=CheckoutPaymentIntent.CAPTURE,
        purchase_units=[unit],
        payment_source=PaymentSource(paypal=PaypalWallet(experience_context=context)),
    )
    orders, payments = client.orders, client.payments
    made = orders.create_order({"body": wanted, "paypal_request_id": "client-1"}).body
    again = orders.create_order({"body": wanted, "paypal_request_id": "client-1"}).body
    links = {link.rel: link.href for link in made.links}
    page = requests.get(links["payer-action"], timeout=10)
    requests.post(f"{url}/control/paypal/{made.id}/pay", timeout=10).raise_for_status()
    approved = orders.get_order({"id": made.id}).body
    captured = orders.capture_order({"id": made.id, "prefer": "return=representation"}).body
    capture = captured.purchase_units[0].payments.captures[0]
    half = RefundRequest(amount=Money(currency_code="PLN", value="23.45"))
    refund = payments.refund_captured_payment({"capture_id": capture.id, "body": half}).body
    told = payments.get_captured_payment({"capture_id": capture.id}).body
    return {
        "same_order": made.id == again.id,
        "page": page.status_code,
        "states": [made.status, approved.status, captured.status, capture.status, refund.status, told.status],
        "amount": capture.amount.value,
        "custom_id": capture.custom_id,
        "refunded": refund.amount.value,
    }


if __name__ == "__main__":
    print(json.dumps(shop(sys.argv[1])))
