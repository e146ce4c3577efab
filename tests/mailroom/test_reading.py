"""What clerks see of a message, however it was written."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.reading import MOST_ATTACHMENTS, read_mail
from tests import documents
from tests.mailroom.post import PHOTO, letter

JPEG = documents.picture()


def test_a_plain_letter_with_a_photograph() -> None:
    read = read_mail(letter(PHOTO, subject="Wniosek – powiadomienia"))
    assert (read.sender, read.sender_name, read.subject) == (
        "anna@example.com",
        "Anna Nowak",
        "Wniosek – powiadomienia",
    )
    assert read.text == "Dzień dobry, przesyłam wniosek."
    assert read.sent_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert [(one.name, one.content) for one in read.attached] == [("IMG_2041.JPG", PHOTO[2])]
    assert read.sort == "letter"


def test_a_forwarded_message_gives_its_text_and_its_attachments() -> None:
    inner = letter(PHOTO, subject="Oryginał", text="Treść oryginału.")
    outer = (
        b"From: syn@example.com\r\nSubject: Fwd: wniosek mamy\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nProsze.\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--x--\r\n"
    )
    read = read_mail(outer)
    assert read.sender == "syn@example.com"
    assert read.text == "Prosze.\n\n--- Dołączona wiadomość: Oryginał ---\n\nTreść oryginału."
    assert [one.content for one in read.attached] == [PHOTO[2]]


def test_of_two_dresses_of_one_text_the_plain_one_is_shown_and_markup_becomes_text() -> None:
    both = (
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nzwykly\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n<p>ozdobny</p>\r\n--x--\r\n"
    )
    assert read_mail(both).text == "zwykly"
    markup = (
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<style>p{}</style><p>Raz</p><p>dwa<br>trzy</p>"
        b"<script>alert(1)</script><img src=http://example.com/x.gif>"
    )
    assert read_mail(markup).text.split() == ["Raz", "dwa", "trzy"]


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        ("utf-8", "Zażółć".encode()),
        ("iso-8859-2", "Zażółć".encode("iso-8859-2")),
        ("windows-1250", "Zażółć".encode("cp1250")),
        ("no-such-charset", "Zażółć".encode()),
        ("us-ascii", "Zażółć".encode()),
        ("utf-8", "Zażółć".encode("cp1250")),
    ],
)
def test_polish_letters_survive_whatever_the_charset_says(charset: str, encoded: bytes) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + encoded
    assert read_mail(raw).text == "Zażółć"


def test_a_name_that_is_written_backwards_is_shown_as_it_is() -> None:
    (one,) = read_mail(letter(("skan\u202egpj.exe", "application/octet-stream", b"MZ"))).attached
    assert one.name == "skangpj.exe"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\skany\\passwd", "\x00passwd", "passwd"])
def test_a_name_is_never_a_path(name: str) -> None:
    head = f'Content-Type: image/png\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'.encode()
    assert read_mail(head + b"x").attached[0].name.endswith("passwd")
    assert "/" not in read_mail(head + b"x").attached[0].name


def test_of_sixty_attachments_fifty_are_shown_and_the_rest_is_told() -> None:
    read = read_mail(letter(*[(f"{n}.jpg", "image/jpeg", JPEG) for n in range(60)]))
    assert len(read.attached) == MOST_ATTACHMENTS
    assert read.left_out == "Załączników jest 60, pokazano 50 pierwszych."


@pytest.mark.parametrize(
    ("headers", "sort"),
    [
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"X_Spam_Status": "Yes, score=12.3 required=5.0"}, "spam"),
        ({"subject": "***SPAM*** Wygrałeś"}, "spam"),
        ({"X_Spam_Status": "No, score=0.1"}, "letter"),
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Auto_Submitted": "no"}, "letter"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"Return_Path": "<anna@example.com>"}, "letter"),
        ({"X_Auto_Response_Suppress": "All"}, "letter"),
    ],
)
def test_spam_and_automatic_answers_are_set_apart(headers: dict[str, str], sort: str) -> None:
    read = read_mail(letter(PHOTO, **headers))  # type: ignore[arg-type]
    assert (read.sort, bool(read.why)) == (sort, sort != "letter")


def test_a_report_that_a_message_was_not_delivered_is_automatic() -> None:
    assert read_mail(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n").sort == "automatic"


def test_of_the_results_only_those_of_our_own_server_count() -> None:
    raw = (
        b"Authentication-Results: mx.dolina.example; dkim=fail; spf=softfail smtp.mailfrom=a@b.example; dmarc=fail\r\n"
        b"X-Spam-Status: No, score=3.5 required=5\r\n"
        b"Authentication-Results: zly.example; dkim=pass; spf=pass; dmarc=pass\r\n\r\nx"
    )
    assert read_mail(raw).checks == [
        ("DKIM", "fail"),
        ("SPF", "softfail"),
        ("DMARC", "fail"),
        ("punkty spamu", "3.5"),
    ]


BROKEN = {
    "nothing": b"",
    "no headers": b"\r\n\r\nx",
    "boundary that never comes": b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno part",
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nx",
    "base64 that is none": b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
    "headers of binary": b"From: \xff\xfe\r\nSubject: =?utf-8?b?\xff?=\r\nDate: \xff\r\n\r\nx",
    "address that trips parsers": b'From: <@,:;"\\>\r\nTo: ]\r\nSubject: =?x?q?=\r\n\r\nx',
    "date of the year 99999": b"Date: Sat, 21 Nov 99999 10:00:00 +9999\r\n\r\nx",
    "a hundred parts one within another": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(100)
    ),
    "messages within messages": b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"Subject: x\r\n\r\nx",
    "a file name of nothing": b"Content-Type: image/png; name*=utf-8''%FF%FE\r\n\r\nx",
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_messages_are_read_as_far_as_they_go(case: str) -> None:
    read = read_mail(BROKEN[case])
    assert read.sort in {"letter", "automatic"}


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_bytes_whatever_break_the_reader(raw: bytes) -> None:
    read_mail(raw)
    read_mail(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + raw + b"\r\n--x--\r\n")


def test_a_text_part_in_base64_and_a_subject_in_pieces() -> None:
    body = base64.encodebytes("Łódź".encode())
    raw = (
        b"Subject: =?utf-8?q?Wniosek_?=\r\n =?utf-8?b?" + base64.b64encode("Łukasza".encode()) + b"?=\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
    )
    read = read_mail(raw)
    assert (read.subject, read.text) == ("Wniosek Łukasza", "Łódź")
