"""PayU's REST API 2.1: OAuth, orders, captures, refunds, and how each wrong request is refused."""

import re
from typing import Any

import pytest

from tests.sandbox.server import CLIENT, SandboxServer, order_body

OAUTH = "/pl/standard/user/oauth/authorize"


def _oauth(server: SandboxServer, **changes: str) -> Any:
    return server.http.post(f"{server.url}{OAUTH}", data=CLIENT | changes, timeout=30)


def test_the_public_test_pos_gets_a_token_for_twelve_hours(sandbox_server: SandboxServer) -> None:
    answer = _oauth(sandbox_server)
    said = answer.json()
    assert answer.status_code == 200
    assert {**said, "access_token": len(said["access_token"])} == {
        "access_token": 36,
        "token_type": "bearer",
        "expires_in": 43199,
        "grant_type": "client_credentials",
    }


@pytest.mark.parametrize("wrong", [{"client_secret": "0" * 32}, {"client_id": "145227"}])
def test_wrong_credentials_are_refused_with_401(sandbox_server: SandboxServer, wrong: dict[str, str]) -> None:
    answer = _oauth(sandbox_server, **wrong)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_oauth_takes_form_encoding_only(sandbox_server: SandboxServer) -> None:
    answer = sandbox_server.http.post(f"{sandbox_server.url}{OAUTH}", json=CLIENT, timeout=30)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["orders", "orders/"])
def test_an_order_is_answered_by_302_with_location_and_json(sandbox_server: SandboxServer, path: str) -> None:
    answer = sandbox_server.payu("POST", path, **order_body(extOrderId="WPL-1"))
    said = answer.json()
    assert answer.status_code == 302
    assert said["status"] == {"statusCode": "SUCCESS"}
    assert said["extOrderId"] == "WPL-1"
    assert said["redirectUri"] == answer.headers["Location"]
    assert said["redirectUri"].startswith(f"{sandbox_server.url}/payu/pay/?orderId={said['orderId']}&token=")
    assert re.fullmatch(r"[A-Z0-9]{10}\d{6}GUEST000P01", said["orderId"])


def test_amounts_come_back_as_strings_even_when_integers_were_sent(sandbox_server: SandboxServer) -> None:
    products = [{"name": "Rata", "unitPrice": 5000, "quantity": 2}]
    order_id = sandbox_server.order(totalAmount=10000, products=products).json()["orderId"]
    told = sandbox_server.payu("GET", f"orders/{order_id}").json()["orders"][0]
    assert told["totalAmount"] == "10000"
    assert told["products"] == [{"name": "Rata", "unitPrice": "5000", "quantity": "2"}]
    assert told["status"] == "NEW"


WRONG = [
    ({"totalAmount": "1234.56"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": "1234,56"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": 1234.56}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": "-123456"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": " 123456"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": "١٢٣٤٥٦"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": "123457"}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": True}, "ERROR_VALUE_INVALID", "INVALID_TOTAL_AMOUNT"),
    ({"totalAmount": None}, "ERROR_VALUE_MISSING", "MISSING_TOTAL_AMOUNT"),
    ({"merchantPosId": None}, "ERROR_VALUE_MISSING", "MISSING_MERCHANT_POS_ID"),
    ({"customerIp": None}, "ERROR_VALUE_MISSING", "MISSING_CUSTOMER_IP"),
    ({"customerIp": "nie wiem"}, "ERROR_VALUE_INVALID", "INVALID_CUSTOMER_IP"),
    ({"description": ""}, "ERROR_VALUE_MISSING", "MISSING_DESCRIPTION"),
    ({"description": "x" * 4001}, "ERROR_VALUE_INVALID", "INVALID_DESCRIPTION"),
    ({"currencyCode": "EUR"}, "ERROR_VALUE_INVALID", "INVALID_CURRENCY_CODE"),
    ({"products": []}, "ERROR_VALUE_MISSING", "MISSING_PRODUCTS"),
    ({"products": [{"name": "Rata", "quantity": "1"}]}, "ERROR_VALUE_MISSING", "MISSING_UNIT_PRICE"),
    (
        {"products": [{"name": "Rata", "unitPrice": "1234.56", "quantity": "1"}]},
        "ERROR_VALUE_INVALID",
        "INVALID_UNIT_PRICE",
    ),
    (
        {"products": [{"name": "Rata", "unitPrice": "123456", "quantity": "0"}]},
        "ERROR_VALUE_INVALID",
        "INVALID_QUANTITY",
    ),
    ({"notifyUrl": "nie adres"}, "ERROR_VALUE_INVALID", "INVALID_NOTIFY_URL"),
    ({"continueUrl": "http://dolina.example/\r\nX: 1"}, "ERROR_VALUE_INVALID", "INVALID_CONTINUE_URL"),
    ({"continueUrl": "ftp://dolina.example"}, "ERROR_VALUE_INVALID", "INVALID_CONTINUE_URL"),
    ({"validityTime": "wkrótce"}, "ERROR_VALUE_INVALID", "INVALID_VALIDITY_TIME"),
    ({"extOrderId": "x" * 1025}, "ERROR_VALUE_INVALID", "INVALID_EXT_ORDER_ID"),
    ({"buyer": {"email": "bez małpy"}}, "ERROR_VALUE_INVALID", "INVALID_BUYER_EMAIL"),
    (
        {"payMethods": {"payMethod": {"type": "PBL", "value": "blik", "authorizationCode": "12"}}},
        "ERROR_VALUE_INVALID",
        "INVALID_BLIK_CODE",
    ),
]


@pytest.mark.parametrize(("changes", "status", "literal"), WRONG)
def test_a_wrong_field_is_refused_and_makes_no_order(
    sandbox_server: SandboxServer, changes: dict[str, Any], status: str, literal: str
) -> None:
    answer = sandbox_server.order(**changes)
    said = answer.json()["status"]
    assert (answer.status_code, said["statusCode"], said["codeLiteral"]) == (400, status, literal)
    assert sandbox_server.control("GET", "payu") == []


@pytest.mark.parametrize("body", [b"nie json", b"[]", b"\xff", b'{"description": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_object_is_a_syntax_error(sandbox_server: SandboxServer, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {sandbox_server.token()}"}
    url = f"{sandbox_server.url}/api/v2_1/orders"
    answer = sandbox_server.http.post(url, data=body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["status"]["statusCode"]) == (400, "ERROR_SYNTAX")


def test_another_point_of_sale_is_refused_with_403(sandbox_server: SandboxServer) -> None:
    answer = sandbox_server.order(merchantPosId="145227")
    said = answer.json()["status"]
    assert (answer.status_code, said["codeLiteral"]) == (403, "INVALID_AUTH_FOR_THIS_ORDER")
    assert sandbox_server.control("GET", "payu") == []


def test_a_repeated_ext_order_id_is_refused_and_names_the_first(sandbox_server: SandboxServer) -> None:
    first = sandbox_server.order(extOrderId="WPL-7").json()["orderId"]
    answer = sandbox_server.order(extOrderId="WPL-7", totalAmount=None)
    assert answer.json()["status"]["statusCode"] == "ERROR_VALUE_MISSING"
    answer = sandbox_server.order(extOrderId="WPL-7")
    said = answer.json()
    assert (answer.status_code, said["status"]["statusCode"]) == (400, "ERROR_ORDER_NOT_UNIQUE")
    assert (said["orderId"], said["extOrderId"]) == (first, "WPL-7")
    assert len(sandbox_server.control("GET", "payu")) == 1


def test_orders_without_an_ext_order_id_are_all_new(sandbox_server: SandboxServer) -> None:
    assert sandbox_server.order().status_code == sandbox_server.order().status_code == 302


@pytest.mark.parametrize("token", ["zly", "00000000-0000-0000-0000-000000000000"])
def test_a_wrong_token_is_unauthorized(sandbox_server: SandboxServer, token: str) -> None:
    answer = sandbox_server.payu("POST", "orders", token, **order_body())
    assert (answer.status_code, answer.json()["status"]["statusCode"]) == (401, "UNAUTHORIZED")


def test_an_old_token_is_unauthorized(sandbox_server: SandboxServer) -> None:
    token = sandbox_server.token()
    assert sandbox_server.control("POST", "payu-tokens/expire") == {"expired": 1}
    assert sandbox_server.payu("GET", "orders/X", token).status_code == 401


def test_an_unknown_order_is_not_found(sandbox_server: SandboxServer) -> None:
    answer = sandbox_server.payu("GET", "orders/WZHF5FFDRJ140731GUEST000P01")
    assert (answer.status_code, answer.json()["status"]["statusCode"]) == (404, "DATA_NOT_FOUND")


def _played(server: SandboxServer, outcome: str, **changes: Any) -> str:
    order_id = str(server.order(**changes).json()["orderId"])
    server.control("POST", f"payu/{order_id}/{outcome}")
    return order_id


def _status(server: SandboxServer, order_id: str) -> str:
    return str(server.payu("GET", f"orders/{order_id}").json()["orders"][0]["status"])


def test_a_paid_order_is_completed_with_a_payment_id_and_transactions(sandbox_server: SandboxServer) -> None:
    order_id = str(sandbox_server.order().json()["orderId"])
    assert sandbox_server.payu("GET", f"orders/{order_id}/transactions").status_code == 404
    sandbox_server.control("POST", f"payu/{order_id}/pay")
    said = sandbox_server.payu("GET", f"orders/{order_id}").json()
    assert said["orders"][0]["status"] == "COMPLETED"
    assert said["status"]["statusCode"] == "SUCCESS"
    assert [one["name"] for one in said["properties"]] == ["PAYMENT_ID"]
    paid = sandbox_server.payu("GET", f"orders/{order_id}/transactions").json()
    assert paid["transactions"][0]["payment"]["amount"] == "123456"


def test_a_blik_code_in_the_request_is_answered_by_201_without_a_redirect(sandbox_server: SandboxServer) -> None:
    blik = {"payMethod": {"type": "PBL", "value": "blik", "authorizationCode": "777123"}}
    answer = sandbox_server.order(payMethods=blik)
    assert answer.status_code == 201
    assert "redirectUri" not in answer.json()
    assert _status(sandbox_server, answer.json()["orderId"]) == "COMPLETED"


def test_an_unpaid_order_runs_out_after_its_validity_time(sandbox_server: SandboxServer) -> None:
    order_id = sandbox_server.order(validityTime="1").json()["orderId"]
    assert _status(sandbox_server, order_id) == "NEW"
    sandbox_server.control("POST", f"payu/{order_id}/expire")
    assert _status(sandbox_server, order_id) == "CANCELED"
    assert sandbox_server.control("POST", f"payu/{order_id}/pay", expect=409)["error"] == "Order is in status CANCELED"


def test_delete_cancels_and_a_completed_order_cannot_be_cancelled(sandbox_server: SandboxServer) -> None:
    order_id = sandbox_server.order().json()["orderId"]
    assert sandbox_server.payu("DELETE", f"orders/{order_id}").json()["status"]["statusCode"] == "SUCCESS"
    assert _status(sandbox_server, order_id) == "CANCELED"
    paid = _played(sandbox_server, "pay")
    assert sandbox_server.payu("DELETE", f"orders/{paid}").status_code == 400
    assert _status(sandbox_server, paid) == "COMPLETED"


def test_without_automatic_receipt_an_order_waits_for_capture(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(payu_auto_receive=False)
    by_put, by_post = _played(sandbox_server, "pay"), _played(sandbox_server, "pay")
    assert _status(sandbox_server, by_put) == "WAITING_FOR_CONFIRMATION"
    body = {"orderId": by_put, "orderStatus": "COMPLETED"}
    assert sandbox_server.payu("PUT", f"orders/{by_put}/status", **body).status_code == 200
    assert sandbox_server.payu("POST", f"orders/{by_post}/captures").status_code == 200
    assert [_status(sandbox_server, one) for one in (by_put, by_post)] == ["COMPLETED", "COMPLETED"]


def test_an_order_that_waits_for_capture_takes_two_calls_to_cancel(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(payu_auto_receive=False)
    order_id = _played(sandbox_server, "pay")
    seen = []
    for _ in range(2):
        sandbox_server.payu("DELETE", f"orders/{order_id}")
        seen.append(_status(sandbox_server, order_id))
    assert seen == ["WAITING_FOR_CONFIRMATION", "CANCELED"]


def test_refunds_are_made_once_for_each_ext_refund_id_and_never_beyond_the_payment(
    sandbox_server: SandboxServer,
) -> None:
    order_id = _played(sandbox_server, "pay")
    part: dict[str, Any] = {"refund": {"description": "Zwrot części", "amount": "23456", "extRefundId": "Z-1"}}
    first = sandbox_server.payu("POST", f"orders/{order_id}/refunds", **part).json()["refund"]
    again = sandbox_server.payu("POST", f"orders/{order_id}/refund", **part).json()["refund"]
    assert (first["refundId"], first["amount"], first["status"]) == (again["refundId"], "23456", "PENDING")
    too_much: dict[str, Any] = {"refund": {"description": "Za dużo", "amount": "100001"}}
    assert sandbox_server.payu("POST", f"orders/{order_id}/refunds", **too_much).status_code == 400
    rest = sandbox_server.payu("POST", f"orders/{order_id}/refunds", refund={"description": "Reszta"}).json()
    assert rest["refund"]["amount"] == "100000"
    listed = sandbox_server.payu("GET", f"orders/{order_id}/refunds").json()["refunds"]
    assert [one["amount"] for one in listed] == ["23456", "100000"]


@pytest.mark.parametrize(
    ("refund", "literal"),
    [
        ({"amount": "100"}, "MISSING_DESCRIPTION"),
        ({"description": "Zwrot", "amount": "1.00"}, "INVALID_REFUND_AMOUNT"),
        ({"description": "Zwrot", "amount": "0"}, "INVALID_REFUND_AMOUNT"),
    ],
)
def test_a_wrong_refund_is_refused(sandbox_server: SandboxServer, refund: dict[str, str], literal: str) -> None:
    order_id = _played(sandbox_server, "pay")
    answer = sandbox_server.payu("POST", f"orders/{order_id}/refunds", refund=refund)
    assert (answer.status_code, answer.json()["status"]["codeLiteral"]) == (400, literal)
    assert sandbox_server.payu("GET", f"orders/{order_id}/refunds").json() == {"refunds": []}


@pytest.mark.parametrize(("fault", "status"), [("http500", 500), ("http503", 503), ("html", 502)])
def test_faults_told_to_payu_hit_the_next_request_only(sandbox_server: SandboxServer, fault: str, status: int) -> None:
    token = sandbox_server.token()
    sandbox_server.set(payu_next=[fault])
    assert sandbox_server.payu("POST", "orders", token, **order_body()).status_code == status
    assert sandbox_server.payu("POST", "orders", token, **order_body()).status_code == 302
