"""The mail server: takes everything but the recipients that it was told to refuse."""

import asyncio
import time
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mailbox import keep_mail
from sandbox.returned_mail import return_letter
from sandbox.state import State

LARGEST = 33_554_432


class MailDoor:
    """aiosmtpd's hooks; each returns the SMTP answer."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._returning: set[asyncio.Task[None]] = set()

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, _server: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender; 421 while the server plays dead."""
        if self._state.settings.mail_down:
            return "421 4.3.2 Service not available"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient: refused by whole address or by what stands before the @."""
        local, at, domain = address.lower().rpartition("@")
        refusals = self._state.settings.mail_refusals
        refusal = refusals.get(address.lower()) or refusals.get(local)
        if not (local and at and domain):
            refusal = "553 5.1.3 Bad recipient address syntax"
        if refusal:
            self._state.store.note("mail", "odmowa", refusal)
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope
    ) -> str:
        """The message: written down before the answer."""
        if self._state.settings.mail_latency_ms:
            await asyncio.sleep(self._state.settings.mail_latency_ms / 1000)
        raw = envelope.content
        body = raw if isinstance(raw, bytes) else str(raw).encode()
        mail_id = keep_mail(self._state.store, envelope.mail_from or "", envelope.rcpt_tos, body, time.time())
        task = asyncio.create_task(return_letter(self._state, envelope.mail_from or "", list(envelope.rcpt_tos), body))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)
        return f"250 2.0.0 OK: queued as {mail_id}"


def _any_password(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
    known = isinstance(auth, LoginPassword) and bool(auth.login) and bool(auth.password)
    return AuthResult(success=known, handled=known)


class MailServer:
    """The listening socket and its open conversations."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._open: WeakSet[Any] = WeakSet()
        self._server: asyncio.Server | None = None

    def _conversation(self) -> Any:
        talk = SMTP(
            MailDoor(self._state),
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="sandbox",
            ident="SPM sandbox",
            authenticator=_any_password,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )
        self._open.add(talk)
        return talk

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.get_running_loop().create_server(self._conversation, host, port, backlog=512)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def stop(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        for talk in list(self._open):
            if talk.transport is not None:
                talk.transport.abort()
