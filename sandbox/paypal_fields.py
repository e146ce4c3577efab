"""Orders v2's request to create: every field that a merchant of ours may send, checked as PayPal's document says."""

import json
import re
from decimal import Decimal
from typing import Any

from sandbox.addresses import is_web_address
from sandbox.paypal_errors import PaypalRefused, invalid

VALUE = re.compile(r"[0-9]{1,29}\.[0-9]{2}|[0-9]{1,32}")
LONGEST = {"reference_id": 256, "description": 127, "custom_id": 255, "invoice_id": 127, "soft_descriptor": 22}
ACTIONS = {"CONTINUE", "PAY_NOW"}
LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises PaypalRefused."""
    try:
        told = json.loads(body.decode("utf-8") or "{}")
    except ValueError as wrong:
        raise invalid("MALFORMED_REQUEST_JSON", "/") from wrong
    if not isinstance(told, dict):
        raise invalid("MALFORMED_REQUEST_JSON", "/")
    return told


def checked_order(told: dict[str, Any]) -> dict[str, Any]:
    """An order as it may be created. Raises PaypalRefused."""
    if told.get("intent") != "CAPTURE":  # AUTHORIZE exists, and no merchant of ours uses it
        raise invalid("MISSING_REQUIRED_PARAMETER" if "intent" not in told else "INVALID_PARAMETER_VALUE", "/intent")
    units = told.get("purchase_units")
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
        raise invalid("INVALID_ARRAY_MIN_ITEMS", "/purchase_units")
    unit = units[0]
    for name, longest in LONGEST.items():
        value = unit.get(name)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= longest):
            raise invalid("INVALID_STRING_MAX_LENGTH", f"/purchase_units/@reference_id=='default'/{name}")
    checked_amount(unit.get("amount"), "/purchase_units/@reference_id=='default'/amount")
    _check_source(told.get("payment_source"))
    return told


def checked_amount(amount: Any, field: str) -> Decimal:
    """An amount of PLN above zero with two places. Raises PaypalRefused."""
    if not isinstance(amount, dict) or not isinstance(amount.get("value"), str):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{field}/value")
    if amount.get("currency_code") != "PLN":
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "CURRENCY_NOT_SUPPORTED", field=f"{field}/currency_code")
    if not VALUE.fullmatch(amount["value"]):
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "DECIMAL_PRECISION", field=f"{field}/value")
    value = Decimal(amount["value"])
    if value <= 0:
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{field}/value")
    return value


def _check_source(source: Any) -> None:
    if source is None:
        return
    if not isinstance(source, dict) or not isinstance(source.get("paypal"), dict):
        raise invalid("INVALID_PARAMETER_VALUE", "/payment_source")
    context = source["paypal"].get("experience_context", {})
    for name in ("return_url", "cancel_url"):
        if name in context and not is_web_address(str(context[name])):
            raise invalid("INVALID_PARAMETER_SYNTAX", f"/payment_source/paypal/experience_context/{name}")
    if context.get("user_action", "CONTINUE") not in ACTIONS:
        raise invalid("INVALID_PARAMETER_VALUE", "/payment_source/paypal/experience_context/user_action")
    if not LOCALE.fullmatch(str(context.get("locale", "pl-PL"))):
        raise invalid("INVALID_PARAMETER_SYNTAX", "/payment_source/paypal/experience_context/locale")


def context_of(told: dict[str, Any]) -> dict[str, str]:
    """Where the payer comes back to: from the payment source, else from the older application context."""
    source = told.get("payment_source") or {}
    context = source.get("paypal", {}).get("experience_context") or told.get("application_context") or {}
    return {name: str(value) for name, value in context.items()}
