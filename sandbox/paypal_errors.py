"""PayPal's refusals: `{"name", "message", "debug_id", "details": [{"issue", "description", "field"}]}`."""

import json
import secrets
from typing import Any

from aiohttp import web

MESSAGES = {
    "INVALID_REQUEST": "Request is not well-formed, syntactically incorrect, or violates schema.",
    "UNPROCESSABLE_ENTITY": "The requested action could not be performed, semantically incorrect, or failed business "
    "validation.",
    "RESOURCE_NOT_FOUND": "The specified resource does not exist.",
    "AUTHENTICATION_FAILURE": "Authentication failed due to invalid authentication credentials or a missing "
    "Authorization header.",
    "UNSUPPORTED_MEDIA_TYPE": "The server does not support the request payload's media type.",
}
STATUSES = {
    "INVALID_REQUEST": 400,
    "UNPROCESSABLE_ENTITY": 422,
    "RESOURCE_NOT_FOUND": 404,
    "AUTHENTICATION_FAILURE": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}


class PaypalRefused(Exception):
    """A refusal: its name decides the HTTP status, its issue is what programs read."""

    def __init__(self, name: str, issue: str, *, field: str = "") -> None:
        super().__init__(name, issue)
        self.name = name
        self.issue = issue
        self.field = field

    def response(self) -> web.Response:
        """The answer to the merchant."""
        detail = {"issue": self.issue, "description": self.issue.replace("_", " ").capitalize()}
        details = [{"field": self.field, "location": "body", **detail} if self.field else detail]
        body = {"name": self.name, "message": MESSAGES[self.name], "details": details, "links": []}
        return paypal_json({**body, "debug_id": secrets.token_hex(7)}, status=STATUSES[self.name])


def invalid(issue: str, field: str) -> PaypalRefused:
    """400: a field is missing or has a value that it cannot have."""
    return PaypalRefused("INVALID_REQUEST", issue, field=field)


def paypal_json(body: Any, *, status: int = 200) -> web.Response:
    """JSON as PayPal sends it, with its debug id."""
    headers = {"Paypal-Debug-Id": secrets.token_hex(7)}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json", headers=headers)
