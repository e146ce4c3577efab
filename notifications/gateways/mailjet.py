"""E-mail by Mailjet's Send API v3.1, through django-anymail: a few connections, one message a request.

Mailjet knows no key against repeats, so a lost answer leaves its message in doubt; as with SMTP, each is written down
before it goes. Every message carries a mark under our own key (`CustomID`), which comes back in tracking
events. Mailjet signs (DKIM) by records that the town published for it; opens and clicks are not tracked. Another
provider of anymail's is a class of this shape.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from anymail.backends.mailjet import EmailBackend
from anymail.exceptions import AnymailError, AnymailRequestsAPIError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from requests import Response

from core.http import AnswerLost, OutgoingSession, Unreachable
from notifications.gateways import TAKEN_BACK, UNWATCHED, Flight, Outcome, Parcel, Receipt
from notifications.gateways.mail_body import as_html, as_text, unsubscribe_headers
from notifications.gateways.many_lines import over_lines
from notifications.return_address import marked

PARALLEL = 4
SMALLEST_SHARE = 10
MOST_SECONDS = 120  # far below the lease: what a slow vendor leaves over goes with a later batch
HELD = {401: "Mailjet nie przyjmuje kluczy", 403: "Mailjet nie przyjmuje nadawcy", 429: "zbyt wiele zapytań"}
logger = logging.getLogger("spm.mailjet")


class _Backend(EmailBackend):  # type: ignore[misc]  # anymail carries no types
    """Anymail's, over our own session: time-outs, no redirects, no secrets in the log."""

    def create_session(self) -> OutgoingSession:
        return OutgoingSession(pool=1)

    def post_to_esp(self, payload: Any, message: Any) -> Response:
        """Raises Unreachable and AnswerLost beside anymail's own errors."""
        params = payload.get_request_params(self.api_url)
        response: Response = self.session.call(params.pop("method"), params.pop("url"), **params)
        self.raise_for_status(response, payload, message)
        return response


class Mailjet:
    """One account at Mailjet."""

    name = "mailjet"
    has_key = False
    lines = PARALLEL

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="mailjet")

    def send(self, parcels: Sequence[Parcel], flight: Flight = UNWATCHED) -> list[Receipt]:
        """Send *parcels* over up to four connections at once."""
        return over_lines(self._pool, _send_share, parcels, flight, lines=PARALLEL, smallest=SMALLEST_SHARE)

    def gateway_id(self, reference: str) -> str:
        """Mailjet gives it."""
        return ""


def _send_share(parcels: Sequence[Parcel], line: int, flight: Flight) -> list[Receipt]:
    account, ends_at = settings.MAILJET, time.monotonic() + MOST_SECONDS
    backend = _Backend(api_key=account["api_key"], secret_key=account["secret_key"], api_url=account["url"])
    backend.open()
    receipts: list[Receipt] = []
    held = ""
    for parcel in parcels:
        held = held or ("powolna odpowiedź" if time.monotonic() > ends_at else "")
        if not held and not flight.may_go(line, parcel.message_id):
            held = TAKEN_BACK
        if held:  # whoever refuses one for the account's sake refuses the rest of them
            receipts.append(Receipt(parcel.message_id, Outcome.HELD, code=held))
            continue
        receipts.append(_send_one(backend, parcel))
        flight.landed(line, receipts[-1])
        held = receipts[-1].code if receipts[-1].outcome is Outcome.HELD else ""
    flight.ended(line)
    backend.close()
    return receipts


def _send_one(backend: _Backend, parcel: Parcel) -> Receipt:
    message = _letter(parcel)
    try:
        backend.send_messages([message])
    except Unreachable:
        return Receipt(parcel.message_id, Outcome.HELD, code="brak połączenia")
    except AnswerLost:
        return Receipt(parcel.message_id, Outcome.UNKNOWN, code="odpowiedź zginęła")
    except AnymailRequestsAPIError as error:
        return _refused(parcel, error.response)
    except (AnymailError, ValueError):  # an address or a header that cannot be written
        return Receipt(parcel.message_id, Outcome.REJECTED, code="błędny adres")
    status = message.anymail_status  # type: ignore[attr-defined]  # anymail adds it
    if status.status == {"sent"}:
        return Receipt(parcel.message_id, Outcome.ACCEPTED, gateway_id=str(status.message_id))
    return _fault(parcel, status.esp_response)


def _letter(parcel: Parcel) -> EmailMultiAlternatives:
    """Text and HTML with the headers of an automatic message; Mailjet makes the Message-ID."""
    body = as_text(parcel)
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": parcel.language, **unsubscribe_headers(parcel)}
    message = EmailMultiAlternatives(
        " ".join(parcel.subject.split()), body, settings.DEFAULT_FROM_EMAIL, [parcel.address], headers=headers
    )
    message.attach_alternative(as_html(body, parcel.language), "text/html")
    message.track_opens = message.track_clicks = False  # type: ignore[attr-defined]  # anymail's own
    message.esp_extra = {"Globals": {"CustomID": marked(parcel.reference)}}  # type: ignore[attr-defined]
    return message


def _refused(parcel: Parcel, response: Response | None) -> Receipt:
    """The request as a whole was refused, or its answer cannot be read."""
    status = response.status_code if response is not None else 0
    if status in HELD:
        logger.error("Mailjet refuses everything (HTTP %s). Check the keys, the sender and the limits.", status)
        return Receipt(parcel.message_id, Outcome.HELD, code=HELD[status])
    if 400 <= status < 500:
        return Receipt(parcel.message_id, Outcome.REJECTED, code=f"HTTP {status}")
    return Receipt(parcel.message_id, Outcome.UNKNOWN, code=f"odpowiedź nieczytelna, HTTP {status}")


def _fault(parcel: Parcel, response: Response) -> Receipt:
    """This message was refused: for its recipient, for our sender, or for what it says."""
    told = response.json()["Messages"][0].get("Errors") or [{}]
    related = [str(field) for error in told for field in error.get("ErrorRelatedTo") or []]
    code = str(told[0].get("ErrorCode", "?"))[:20]
    if any(field.startswith("To") for field in related):
        return Receipt(parcel.message_id, Outcome.REJECTED, code="błędny adres", is_dead=True)
    if any(field.startswith(("From", "Sender")) for field in related):
        logger.error("Mailjet does not take our sender (%s): validate it in its panel.", code)
        return Receipt(parcel.message_id, Outcome.HELD, code=HELD[403])
    return Receipt(parcel.message_id, Outcome.REJECTED, code=f"błąd {code}")
