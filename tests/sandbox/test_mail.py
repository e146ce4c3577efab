"""The mail server: takes what it should, refuses whom it was told to, and shows each letter."""

import smtplib
import threading
from email.message import EmailMessage

import pytest

from tests.sandbox.server import SandboxServer


def _letter(to: str = "anna@example.com") -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Gmina Dolina <powiadomienia@dolina.example>"
    letter["To"] = to
    letter["Subject"] = "Zbliża się termin płatności – rata I"
    letter["Message-ID"] = "<m-1@dolina.example>"
    letter.set_content("Dzień dobry,\nszczegóły: http://127.0.0.1:8800/naleznosci/.\n")
    letter.add_alternative("<p>Dzień <b>dobry</b><script>alert(1)</script></p>", subtype="html")
    letter.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="potwierdzenie.pdf")
    return letter


def _smtp(server: SandboxServer) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10)


def test_a_letter_is_kept_and_read(sandbox_server: SandboxServer) -> None:
    with _smtp(sandbox_server) as smtp:
        assert smtp.send_message(_letter(), to_addrs=["anna@example.com", "Piotr@Example.com"]) == {}
    (told,) = sandbox_server.control("GET", "mail?to=piotr@example.com")
    assert told["subject"] == "Zbliża się termin płatności – rata I"
    assert told["from"] == "powiadomienia@dolina.example"
    assert told["to"] == ["anna@example.com", "piotr@example.com"]
    assert told["text"] == "Dzień dobry,\nszczegóły: http://127.0.0.1:8800/naleznosci/.\n"
    assert "<b>dobry</b>" in told["html"]
    assert told["attachments"] == ["potwierdzenie.pdf"]
    assert [told["message_id"]] == sandbox_server.control("GET", "mail/ids") == ["<m-1@dolina.example>"]
    assert sandbox_server.control("GET", "mail/counts") == {"total": 1, "distinct_message_id": 1, "duplicates": 0}


@pytest.mark.parametrize(
    ("address", "code", "text"),
    [
        ("odrzuc@example.com", 550, b"5.1.1"),
        ("pelna@example.com", 452, b"4.2.2"),
        ("nikt", 553, b"5.1.3"),
    ],
)
def test_recipients_are_refused_as_they_are_known_to_be(
    sandbox_server: SandboxServer, address: str, code: int, text: bytes
) -> None:
    with _smtp(sandbox_server) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(_letter(), to_addrs=[address])
    assert refused.value.recipients[address][0] == code
    assert text in refused.value.recipients[address][1]
    assert sandbox_server.control("GET", "mail/counts")["total"] == 0


def test_one_refused_recipient_does_not_stop_the_others(sandbox_server: SandboxServer) -> None:
    with _smtp(sandbox_server) as smtp:
        refused = smtp.send_message(_letter(), to_addrs=["odrzuc@example.com", "anna@example.com"])
    assert list(refused) == ["odrzuc@example.com"]
    assert len(sandbox_server.control("GET", "mail?to=anna@example.com")) == 1


def test_refusals_are_settable(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(mail_refusals={"anna@example.com": "554 5.7.1 Rejected"})
    with _smtp(sandbox_server) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.send_message(_letter())
    with _smtp(sandbox_server) as smtp:
        assert smtp.send_message(_letter("odrzuc@example.com")) == {}


def test_a_name_and_password_may_be_given(sandbox_server: SandboxServer) -> None:
    with _smtp(sandbox_server) as smtp:
        assert smtp.login("anna", "haslo")[0] == 235
        assert smtp.send_message(_letter()) == {}


def test_a_server_that_is_down_says_so(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(mail_down=True)
    with _smtp(sandbox_server) as smtp, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        smtp.send_message(_letter())
    assert refused.value.smtp_code == 421


def test_letters_over_several_connections_all_arrive(sandbox_server: SandboxServer) -> None:
    def send(number: int) -> None:
        with _smtp(sandbox_server) as smtp:
            for place in range(100):
                text = f"Message-ID: <{number}-{place}@x>\r\nSubject: x\r\n\r\nx\r\n"
                smtp.sendmail("a@dolina.example", ["anna@example.com"], text)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox_server.control("GET", "mail/counts") == {"total": 400, "distinct_message_id": 400, "duplicates": 0}


def test_the_pages_show_a_letter_safely(sandbox_server: SandboxServer) -> None:
    with _smtp(sandbox_server) as smtp:
        smtp.send_message(_letter())
    (told,) = sandbox_server.control("GET", "mail")
    assert "Zbliża się termin płatności – rata I" in sandbox_server.page("/mailbox/")
    assert f"/mailbox/message/{told['id']}/" in sandbox_server.page("/mailbox/anna@example.com/")
    page = sandbox_server.page(f"/mailbox/message/{told['id']}/")
    assert '<a href="http://127.0.0.1:8800/naleznosci/">http://127.0.0.1:8800/naleznosci/</a>.' in page
    assert "<script>alert(1)" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Message-ID: <m-1@dolina.example>" in sandbox_server.page(f"/mailbox/message/{told['id']}/raw")
    sandbox_server.page("/mailbox/message/99999/", expect=404)
