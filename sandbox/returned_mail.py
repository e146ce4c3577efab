"""Letters that a mail server takes and cannot deliver: their returns (RFC 3464), put into the sender's mailbox by IMAP.

`mail_returns` maps a recipient's local part or whole address to the words of the return, such as «550 5.1.1 User
unknown»; `mail_return_box` is «host:port user password». Without a mailbox the return lies in the sandbox's alone.
"""

import asyncio
import imaplib
import time
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

from sandbox.mailbox import keep_mail
from sandbox.state import State

SECONDS = 10


async def return_letter(state: State, sender: str, recipients: list[str], raw: bytes) -> None:
    """Send back what cannot be delivered; to nobody where the letter names no sender (it is a return itself)."""
    returns = state.settings.mail_returns
    for address in recipients:
        words = returns.get(address.lower()) or returns.get(address.lower().rpartition("@")[0])
        if words and sender:
            letter = _returned(sender, address, words, raw)
            keep_mail(state.store, "", [sender], letter, time.time())
            told = await asyncio.to_thread(_put, state.settings.mail_return_box, letter)
            state.store.note("mail", "zwrot listu", f"{words} → {told}")


def _returned(sender: str, address: str, words: str, raw: bytes) -> bytes:
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@sandbox (Mail Delivery System)"
    report["To"], report["Subject"] = sender, "Undelivered Mail Returned to Sender"
    report["Date"], report["Message-ID"] = formatdate(), make_msgid(domain="sandbox")
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"The message to <{address}> could not be delivered: {words}\n"))
    status = words.split()[1]
    blocks = MIMEBase("message", "delivery-status")
    server, recipient = EmailMessage(), EmailMessage()
    server["Reporting-MTA"] = "dns; sandbox"
    for name, value in (
        ("Final-Recipient", f"rfc822; {address}"),
        ("Action", "failed"),
        ("Status", status),
        ("Diagnostic-Code", f"smtp; {words}"),
    ):
        recipient[name] = value
    blocks.set_payload([server, recipient])
    report.attach(blocks)
    headers = MIMEBase("text", "rfc822-headers")
    headers.set_payload(raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace"))
    report.attach(headers)
    return report.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _put(box: str, letter: bytes) -> str:
    place, _, rest = box.partition(" ")
    user, _, password = rest.partition(" ")
    host, _, port = place.partition(":")
    if not password:
        return "bez skrzynki zwrotów (mail_return_box)"
    try:
        line = imaplib.IMAP4(host, int(port), timeout=SECONDS)
        try:
            line.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            return str(line.append("INBOX", "", "", letter)[0])
        finally:
            line.logout()
    except (OSError, imaplib.IMAP4.error, ValueError) as trouble:
        return f"skrzynka nie odpowiada ({type(trouble).__name__})"
