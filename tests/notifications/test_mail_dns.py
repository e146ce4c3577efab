"""DKIM signatures as receivers check them, the key at start-up, and the records of DNS."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import dkim
import dns.flags
import dns.message
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from django.core.management import call_command
from pytest_django.fixtures import Settings

from notifications.gateways.dkim_signature import dns_record
from notifications.mail_dns import checked_records
from spm.environment import WrongSetting
from spm.mail_settings import usable_key
from tests import make
from tests.notifications.posting import remind, resident, send
from tests.sandbox_process import Sandbox

AT = make.now()
SPF, DMARC = "v=spf1 mx -all", "v=DMARC1; p=reject"


@pytest.fixture(scope="module")
def pem() -> str:
    """A key as openssl makes it."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def key(pem: str, settings: Settings) -> None:
    """The town signs."""
    settings.DKIM = {"key": usable_key(pem), "selector": "spm", "domain": "dolina.example"}


class Dns(threading.Thread):
    """A DNS server of TXT records on a port of its own."""

    def __init__(self, records: Mapping[str, list[str]]) -> None:
        super().__init__(daemon=True)
        self.records = records
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.port = self.line.getsockname()[1]

    def run(self) -> None:
        while True:
            asked, who = self.line.recvfrom(4096)
            if asked == b"stop":
                return
            question = dns.message.from_wire(asked)
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            name = question.question[0].name
            texts = self.records.get(name.to_text(omit_final_dot=True), [])
            quoted = [" ".join(json.dumps(one[i : i + 200]) for i in range(0, len(one), 200)) for one in texts]
            if quoted:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
            self.line.sendto(answer.to_wire(), who)

    def stop(self) -> None:
        """Stop serving."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(b"stop", ("127.0.0.1", self.port))
        self.join()
        self.line.close()


@pytest.fixture
def published(key: None) -> Iterator[Dns]:
    """DNS where everything is as it should be."""
    name, text = dns_record()
    server = Dns({name: [text], "dolina.example": ["other=1", SPF], "_dmarc.dolina.example": [DMARC]})
    server.start()
    yield server
    server.stop()


@pytest.mark.django_db
def test_a_receiver_finds_the_signature_right_and_the_unsubscribing_headers_under_it(
    sandbox: Sandbox, key: None
) -> None:
    remind(resident(channels=("email",)), at=AT)
    assert send(AT) == {"sent": 1}
    (letter,) = sandbox.mail("anna@example.com")
    raw = letter["raw"].replace("\r\n", "\n").replace("\n", "\r\n").encode()
    name, text = dns_record()

    def txt(asked: bytes, **_: Any) -> bytes:
        assert asked.decode().rstrip(".") == name
        return text.encode()

    assert dkim.verify(raw, dnsfunc=txt)
    assert not dkim.verify(
        raw.replace(b"List-Unsubscribe: <", b"List-Unsubscribe: <https://zly.example/>,<"), dnsfunc=txt
    )
    assert not dkim.verify(b"From: Burmistrz <zly@zly.example>\r\n" + raw, dnsfunc=txt)
    mark = letter["headers"]["DKIM-Signature"]
    assert "list-unsubscribe : list-unsubscribe-post" in mark.lower().replace("\t", "")
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_key_that_cannot_be_used_stops_the_portal_with_what_to_do(pem: str) -> None:
    short = rsa.generate_private_key(65537, 1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = short.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    plain = [one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for one in (short, curve)]
    for wrong in ("abc", pem[:200], locked.decode(), *plain):
        with pytest.raises(WrongSetting, match="SPM_DKIM_KEY"):
            usable_key(wrong)
    assert usable_key("") == b""


def test_the_records_to_publish_are_compared_with_dns(published: Dns, settings: Settings) -> None:
    assert [(one.kind, one.fault) for one in checked_records("127.0.0.1", published.port)] == [
        ("DKIM", ""),
        ("SPF", ""),
        ("DMARC", ""),
    ]
    name, text = dns_record()
    published.records = {name: [text.replace("p=M", "p=N")], "dolina.example": [SPF, "v=spf1 +all"]}
    settings.BOUNCE_ADDRESS = "*@zwroty.dolina.example"
    settings.DKIM = {**settings.DKIM, "domain": "inna.example"}
    told = StringIO()
    call_command("mail_dns", "--check", "--server", f"127.0.0.1:{published.port}", stdout=told)
    for words in (
        "DKIM: rekord TXT spm._domainkey.inna.example – BŁĄD: brak rekordu",
        "SPF: rekord TXT zwroty.dolina.example – BŁĄD: brak rekordu",
        "SPF: rekord TXT dolina.example – BŁĄD: 2 rekordy, a może być jeden",
        "DMARC: rekord TXT _dmarc.dolina.example – BŁĄD: brak rekordu",
        "Podpis domeny inna.example nie chroni nadawcy z domeny dolina.example",
    ):
        assert words in told.getvalue()


def test_without_a_key_the_command_says_who_should_sign(settings: Settings) -> None:
    told = StringIO()
    call_command("mail_dns", stdout=told)
    assert "DKIM: portal nie podpisuje" in told.getvalue()
    assert "SPF: rekord TXT dolina.example\n    v=spf1 mx -all" in told.getvalue()
