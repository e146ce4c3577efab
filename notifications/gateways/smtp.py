"""E-mail by SMTP: a few connections, each kept for its share of the batch; a Message-ID that never changes.

SMTP has no key against repeats: a connection lost after DATA leaves its one message in doubt, never resent. Before a
text goes to the wire, its message is written down as in flight, so that a killed worker leaves no more in doubt.
Headers are made by the standard library once for each distinct text; a body travels as base64 UTF-8.
"""

import base64
import logging
import re
import smtplib
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from django.conf import settings

from notifications.gateways import TAKEN_BACK, UNWATCHED, Flight, Outcome, Parcel, Receipt
from notifications.gateways.dkim_signature import signed
from notifications.gateways.mail_body import as_html, as_text, unsubscribe_headers
from notifications.gateways.many_lines import over_lines
from notifications.return_address import return_address

PARALLEL = 4
SMALLEST_SHARE = 20
MOST_SECONDS = 120  # far below the lease: what a slow server leaves over goes with a later batch
REFUSALS = range(500, 600)
NO_SUCH_ADDRESS = re.compile(r"5\.1\.(1|2|3|6|10)\b")  # RFC 3463: mailbox, system, syntax, moved, null MX
ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # printable ASCII without spaces and angle brackets
AWAY = "brak połączenia z serwerem poczty"
logger = logging.getLogger("spm.smtp")


class _Gone(Exception):
    """The connection cannot go on; the message was surely not taken."""


class Smtp:
    """The town's mail server."""

    name = "smtp"
    has_key = False
    lines = PARALLEL

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="smtp")

    def send(self, parcels: Sequence[Parcel], flight: Flight = UNWATCHED) -> list[Receipt]:
        """Send *parcels* over up to four connections at once."""
        return over_lines(self._pool, _send_share, parcels, flight, lines=PARALLEL, smallest=SMALLEST_SHARE)

    def gateway_id(self, reference: str) -> str:
        """The Message-ID."""
        return message_id(reference)


def _connect() -> smtplib.SMTP:
    server = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
    try:
        if settings.EMAIL_USE_TLS:
            server.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _send_share(parcels: Sequence[Parcel], line: int, flight: Flight) -> list[Receipt]:
    """One connection's share; a connection that breaks is made anew once for what is left."""
    receipts: list[Receipt] = []
    server: smtplib.SMTP | None = None
    fault = AWAY
    chances = 2
    ends_at = time.monotonic() + MOST_SECONDS
    for parcel in parcels:
        if server is None and chances:
            chances -= 1
            server = _connected()
        if server is None or time.monotonic() > ends_at:
            receipts.append(
                Receipt(parcel.message_id, Outcome.HELD, code=fault if server is None else "powolny serwer")
            )
            continue
        try:
            receipt, is_usable = _send_one(server, parcel, line, flight)
        except _Gone as gone:
            fault = str(gone)
            chances = 0 if fault == TAKEN_BACK else chances
            receipt, is_usable = Receipt(parcel.message_id, Outcome.HELD, code=fault), False
        flight.landed(line, receipt)
        receipts.append(receipt)
        if not is_usable:
            server.close()
            server = None
    flight.ended(line)
    if server is not None:
        _quit(server)
    return receipts


def _connected() -> smtplib.SMTP | None:
    try:
        return _connect()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("%s:%s: no connection (%s)", settings.EMAIL_HOST, settings.EMAIL_PORT, type(error).__name__)
        return None


def _quit(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _send_one(server: smtplib.SMTP, parcel: Parcel, line: int, flight: Flight) -> tuple[Receipt, bool]:
    """Hand one message over; also whether the connection can go on. In doubt only when DATA's answer was lost.

    Raises _Gone when the server hangs up before DATA, does not take our sender, or the message may not go any more: no
    message is to blame for that.
    """
    if not ADDRESS.fullmatch(parcel.address):
        return Receipt(parcel.message_id, Outcome.REJECTED, code="błędny adres"), True
    try:
        refusal = _offer(server, parcel)
        if refusal:
            return _turned_down(parcel, *refusal), True
    except (OSError, smtplib.SMTPException) as error:
        raise _Gone("połączenie przerwane") from error
    text = _dotted(compose(parcel))
    if not flight.may_go(line, parcel.message_id):
        raise _Gone(TAKEN_BACK)
    try:
        server.send(text)
        code, words = server.getreply()
    except (OSError, smtplib.SMTPException):
        return Receipt(parcel.message_id, Outcome.UNKNOWN, code="odpowiedź zginęła po wysłaniu treści"), False
    if code == 250:
        return Receipt(parcel.message_id, Outcome.ACCEPTED, gateway_id=message_id(parcel.reference)), True
    return _turned_down(parcel, code, words), True


def _offer(server: smtplib.SMTP, parcel: Parcel) -> tuple[int, bytes] | None:
    """Sender, recipient and DATA, in one packet where the server takes that (RFC 2920); the refusal, or None: go on.

    Raises _Gone when the server hangs up, or does not take our sender.
    """
    sender = return_address(parcel.reference) or _own_address(settings.DEFAULT_FROM_EMAIL)
    lines = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{parcel.address}>", "DATA"]
    is_pipelined = server.has_extn("pipelining")
    if is_pipelined:
        server.send("".join(f"{line}\r\n" for line in lines))
    replies: list[tuple[int, bytes]] = []
    for line in lines:
        replies.append(server.getreply() if is_pipelined else server.docmd(line))
        if replies[-1][0] >= 400 and not is_pipelined:
            break
    code, words = next((reply for reply in replies if reply[0] >= 400), replies[-1])
    if code == 354:
        return None
    if replies[-1][0] == 354:  # it refused the recipient and waits for a text all the same: an empty one goes nowhere
        server.send(".\r\n")
        server.getreply()
    if replies[0][0] >= 400 or code == 421:
        raise _Gone(_answer(code, words))
    server.rset()
    return code, words


def _dotted(message: bytes) -> bytes:
    """The message as DATA wants it: a dot at the head of a line doubled, a lone dot at the end (RFC 5321 §4.5.2)."""
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _turned_down(parcel: Parcel, code: int, words: bytes) -> Receipt:
    """Never for 5xx, later for 4xx (a full mailbox, a greylist)."""
    outcome = Outcome.REJECTED if code in REFUSALS else Outcome.RETRY
    is_dead = outcome is Outcome.REJECTED and bool(NO_SUCH_ADDRESS.match(words.decode("utf-8", "replace")))
    return Receipt(parcel.message_id, outcome, code=_answer(code, words), is_dead=is_dead)


def _answer(code: int, words: bytes) -> str:
    """The server's answer without addresses."""
    text = re.sub(r"\S+@\S+", "…", words.decode("utf-8", "replace"))
    return f"{code} {text}"[:40]


def message_id(reference: str) -> str:
    """The Message-ID of a message, the same at every try."""
    return f"<{reference}@{_own_address(settings.DEFAULT_FROM_EMAIL).partition('@')[2]}>"


@lru_cache(maxsize=8)
def _own_address(sender: str) -> str:
    return parseaddr(sender)[1]


@lru_cache(maxsize=2048)
def _header(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return formatdate(second, localtime=True)


@lru_cache(maxsize=64)
def _sender(address: str) -> str:
    return formataddr(parseaddr(address), "utf-8")


def compose(parcel: Parcel) -> bytes:
    """The whole message: headers, plain text and HTML, signed where the town has a key."""
    boundary = f"=={parcel.reference}=="
    subject = " ".join(parcel.subject.split())
    unsubscribe = "".join(f"{name}: {value}\r\n" for name, value in unsubscribe_headers(parcel).items())
    head = (
        f"From: {_sender(settings.DEFAULT_FROM_EMAIL)}\r\nTo: <{parcel.address}>\r\nSubject: {_header(subject)}\r\n"
        f"Date: {_date(int(time.time()))}\r\nMessage-ID: {message_id(parcel.reference)}\r\n"
        f"Auto-Submitted: auto-generated\r\nContent-Language: {parcel.language}\r\nMIME-Version: 1.0\r\n"
        f'{unsubscribe}Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    ).encode()
    pieces = [head]
    body = as_text(parcel)
    for kind, text in (("plain", body), ("html", as_html(body, parcel.language))):
        encoded = base64.encodebytes(text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")
        pieces.append(
            f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n".encode()
        )
        pieces.append(encoded)
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    return signed(b"".join(pieces))
