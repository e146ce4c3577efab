"""PayU's refusals: an HTTP status and `{"status": {statusCode, code, codeLiteral, statusDesc}}`."""

import json
import secrets
from typing import Any

from aiohttp import web


class PayuRefused(Exception):
    """A refusal in PayU's words. `extra` stands beside `status` in the body."""

    def __init__(
        self, http: int, status_code: str, code: str, literal: str, desc: str, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(status_code, literal)
        self.http = http
        self.status = {
            "statusCode": status_code,
            "severity": "ERROR",
            "code": code,
            "codeLiteral": literal,
            "statusDesc": desc,
        }
        self.extra = extra or {}

    def response(self) -> web.Response:
        """The answer to the merchant."""
        headers = {"WWW-Authenticate": 'Bearer realm="payu"'} if self.http == 401 else None
        return payu_json({"status": self.status, **self.extra}, status=self.http, headers=headers)


def payu_json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as PayU sends it, with its `Correlation-Id`."""
    marks = {"Correlation-Id": secrets.token_hex(16).upper(), **(headers or {})}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type="application/json", headers=marks)


def invalid(literal: str, desc: str = "Invalid field value") -> PayuRefused:
    """400: a field has a value that it cannot have."""
    return PayuRefused(400, "ERROR_VALUE_INVALID", "8020", literal, desc)


def missing(field: str) -> PayuRefused:
    """400: a required field is not there."""
    return PayuRefused(400, "ERROR_VALUE_MISSING", "8300", f"MISSING_{field}", "Missing required field")


def not_json() -> PayuRefused:
    """400: the body is no JSON object."""
    return PayuRefused(400, "ERROR_SYNTAX", "8000", "INVALID_SYNTAX", "Request is not a valid JSON object")


def unauthorized() -> PayuRefused:
    """401: no token, a wrong one, or an old one."""
    return PayuRefused(401, "UNAUTHORIZED", "401", "INVALID_OR_MISSING_ACCESS_TOKEN", "Incorrect authentication")


def other_pos() -> PayuRefused:
    """403: the order or the request belongs to another point of sale."""
    return PayuRefused(
        403, "ERROR_VALUE_INVALID", "8355", "INVALID_AUTH_FOR_THIS_ORDER", "Authorization does not match merchantPosId"
    )


def not_found() -> PayuRefused:
    """404."""
    return PayuRefused(404, "DATA_NOT_FOUND", "8404", "DATA_NOT_FOUND", "Could not find data for given criteria")


def business(literal: str, desc: str) -> PayuRefused:
    """400: correct, but not now."""
    return PayuRefused(400, "BUSINESS_ERROR", "9000", literal, desc)
