"""OrderCreateRequest: every field checked as PayU's document says."""

import ipaddress
import json
import re
from typing import Any

from sandbox.addresses import is_web_address
from sandbox.payu_errors import PayuRefused, invalid, missing, not_json

REQUIRED = ("merchantPosId", "customerIp", "description", "currencyCode", "totalAmount", "products")
LONGEST = {"description": 4000, "extOrderId": 1024, "notifyUrl": 1024, "continueUrl": 1024}
DIGITS = re.compile(r"[0-9]{1,12}")


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises PayuRefused (ERROR_SYNTAX)."""
    try:
        read = json.loads(body.decode("utf-8"))
        json.dumps(read, ensure_ascii=False).encode("utf-8")  # half of a surrogate pair is no text
    except (ValueError, RecursionError) as wrong:
        raise not_json() from wrong
    if not isinstance(read, dict):
        raise not_json()
    return read


def literal_of(field: str) -> str:
    """`totalAmount` → `TOTAL_AMOUNT`, as codeLiterals spell fields."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field).upper()


def digits(value: Any, field: str) -> int:
    """A whole number in a string of digits, or a JSON integer: nothing else. Raises PayuRefused."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not DIGITS.fullmatch(value):
        raise invalid(f"INVALID_{literal_of(field)}")
    return int(value)


def checked_order(order: dict[str, Any]) -> dict[str, Any]:
    """*order* with amounts and quantities as strings. Raises PayuRefused with the field's codeLiteral."""
    for field in REQUIRED:
        if order.get(field) in (None, "", []):
            raise missing(literal_of(field))
    _check_texts(order)
    amount = digits(order["totalAmount"], "totalAmount")
    if not amount:
        raise invalid("INVALID_TOTAL_AMOUNT")
    products = _products(order["products"])
    if sum(int(one["unitPrice"]) * int(one["quantity"]) for one in products) != amount:
        raise invalid("INVALID_TOTAL_AMOUNT", "Sum of products does not equal totalAmount")
    if "validityTime" in order and not digits(order["validityTime"], "validityTime"):
        raise invalid("INVALID_VALIDITY_TIME")
    _check_blik(order)
    return {**order, "merchantPosId": str(order["merchantPosId"]), "totalAmount": str(amount), "products": products}


def _check_texts(order: dict[str, Any]) -> None:
    for field in ("customerIp", "description", "currencyCode", "extOrderId", "notifyUrl", "continueUrl"):
        value = order.get(field)
        if value is not None and (not isinstance(value, str) or len(value) > LONGEST.get(field, 100)):
            raise invalid(f"INVALID_{literal_of(field)}")
    for field in ("notifyUrl", "continueUrl"):
        if order.get(field) and not is_web_address(order[field]):
            raise invalid(f"INVALID_{literal_of(field)}")
    if order["currencyCode"] != "PLN":
        raise invalid("INVALID_CURRENCY_CODE")
    try:
        ipaddress.ip_address(order["customerIp"])
    except ValueError as wrong:
        raise invalid("INVALID_CUSTOMER_IP") from wrong
    _check_buyer(order.get("buyer"))


def _check_buyer(buyer: Any) -> None:
    if buyer is None:
        return
    if not isinstance(buyer, dict):
        raise invalid("INVALID_BUYER")
    email = buyer.get("email")
    if email is not None and not (isinstance(email, str) and re.fullmatch(r"[^@\s]+@[^@\s]+", email)):
        raise invalid("INVALID_BUYER_EMAIL")


def _products(given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list):
        raise invalid("INVALID_PRODUCTS")
    return [_product(one) for one in given]


def _product(one: Any) -> dict[str, str]:
    if not isinstance(one, dict):
        raise invalid("INVALID_PRODUCTS")
    for field, literal in (("name", "PRODUCT_NAME"), ("unitPrice", "UNIT_PRICE"), ("quantity", "QUANTITY")):
        if one.get(field) in (None, ""):
            raise missing(literal)
    if not isinstance(one["name"], str) or len(one["name"]) > 255:
        raise invalid("INVALID_PRODUCT_NAME")
    quantity = digits(one["quantity"], "quantity")
    if not quantity:
        raise invalid("INVALID_QUANTITY")
    return {"name": one["name"], "unitPrice": str(digits(one["unitPrice"], "unitPrice")), "quantity": str(quantity)}


def pay_method(order: dict[str, Any]) -> dict[str, Any]:
    """The method that the request itself carries, or an empty dictionary."""
    methods = order.get("payMethods")
    method = methods.get("payMethod") if isinstance(methods, dict) else None
    return method if isinstance(method, dict) else {}


def _check_blik(order: dict[str, Any]) -> None:
    code = pay_method(order).get("authorizationCode")
    if code is not None and not (isinstance(code, str) and re.fullmatch(r"[0-9]{6}", code)):
        raise invalid("INVALID_BLIK_CODE")


def order_not_unique(order_id: str, ext_order_id: str) -> PayuRefused:
    """400: this point of sale has had such an extOrderId."""
    return PayuRefused(
        400,
        "ERROR_ORDER_NOT_UNIQUE",
        "110",
        "ORDER_NOT_UNIQUE",
        "Order with given extOrderId already exists",
        {"orderId": order_id, "extOrderId": ext_order_id},
    )
