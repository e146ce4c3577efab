"""What a town must publish in DNS so that its e-mails arrive (DKIM, SPF, DMARC), and whether it is there.

Sources: RFC 6376, 7208, 7489; the rules of Gmail and Outlook for bulk senders; act of 28 July 2023 on abuse in
electronic communications (Dz.U. 2023 poz. 1703), by which public bodies use mail with all three.
"""

from dataclasses import dataclass
from email.utils import parseaddr

import dns.exception
import dns.resolver
from django.conf import settings

from notifications.gateways.dkim_signature import dns_record

SECONDS = 5.0


@dataclass(frozen=True)
class Record:
    """One TXT record: its name, the text to publish or an example of it, and what was found there.

    `fault` is None when nobody looked, '' when all is well.
    """

    name: str
    kind: str
    text: str
    fault: str | None = None


class NoAnswer(Exception):
    """The DNS server did not answer."""


def wanted_records() -> list[Record]:
    """What to publish for the settings of now."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    returns = str(settings.BOUNCE_ADDRESS).partition("@")[2]
    name, text = dns_record()
    signed = [Record(name, "DKIM", text)] if name else []
    envelope = [Record(domain, "SPF", "v=spf1 mx -all") for domain in dict.fromkeys((returns or sender, sender))]
    return [
        *signed,
        *envelope,
        Record(f"_dmarc.{sender}", "DMARC", f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{sender}"),
    ]


def checked_records(server: str = "", port: int = 53) -> list[Record]:
    """The same, each compared with DNS, asked at *server* or at the system's. Raises NoAnswer."""
    resolver = dns.resolver.Resolver(configure=not server)
    if server:
        resolver.nameservers, resolver.port = [server], port
    resolver.lifetime = SECONDS
    return [Record(one.name, one.kind, one.text, _fault(one, _texts(resolver, one.name))) for one in wanted_records()]


def alignment_fault() -> str:
    """What is wrong between the signing domain and the sender's, '' when they agree (RFC 7489 §3.1.1)."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2].lower()
    signer = str(settings.DKIM["domain"]).lower()
    is_near = sender == signer or sender.endswith(f".{signer}") or signer.endswith(f".{sender}")
    if not settings.DKIM["key"] or is_near:
        return ""
    return f"Podpis domeny {signer} nie chroni nadawcy z domeny {sender}: ustaw SPM_DKIM_DOMAIN na domenę nadawcy."


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise NoAnswer(name) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def _fault(record: Record, found: list[str]) -> str:
    if record.kind == "DKIM":
        wanted = _tags(record.text)["p"]
        keys = [_tags(text).get("p", "") for text in found]
        if wanted in keys:
            return ""
        return "jest tam inny klucz" if any(keys) else "brak rekordu"
    start = "v=spf1" if record.kind == "SPF" else "v=DMARC1"
    mine = [text for text in found if text.split(";")[0].split()[:1] == [start]]
    if len(mine) != 1:
        return "brak rekordu" if not mine else f"{len(mine)} rekordy, a może być jeden"
    if record.kind == "SPF":
        return "przyjmuje każdego nadawcę (+all)" if mine[0].split()[-1] in {"all", "+all"} else ""
    return "" if _tags(mine[0]).get("p") in {"none", "quarantine", "reject"} else "brak zasady (p=)"


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs if name.strip()}
