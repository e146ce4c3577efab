"""Which passwords are taken: long ones that nobody guesses, of whatever signs; refusals say why in Polish."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from residents.models import Account
from residents.password_policy import PasswordPolicy
from tests import make

ANNA = Account(email="anna.nowak@example.com", full_name="Anna Nowak")
GOOD = "zielony rower na dachu"


def refusal(password: str, who: Account = ANNA) -> str:
    """The code of the refusal, '' when the password is taken."""
    try:
        PasswordPolicy().validate(password, who)
    except ValidationError as error:
        return str(error.code)
    return ""


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Zażółć gęślą jaźń",
        "kot pies dom las",
        "aB3$kd92!xQz",
        "tylko male litery razem",
        "73 18 40 96 25 61",
        "🦔 jeż w malinach 🦔",
        make.PASSWORD,
        "kwadrat pomarańcza łódka " * 8,
    ],
)
def test_any_long_unlikely_password_is_taken_whatever_its_signs(password: str) -> None:
    assert refusal(password) == ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("zielony rower"[:11], "too_short"),
        ("x1!" * 100, "too_long"),
        ("qwerty123456", "common"),
        ("QWERTY123456", "common"),
        ("aaaaaaaaaaaaaaaa", "guessable"),
        ("abcdefghijklmnop", "guessable"),
        ("zaq12wsxcde34rfv", "guessable"),
        ("kochamciebardzo", "guessable"),
        ("hasłohasłohasło", "guessable"),
        ("H@sl0H@sl0H@sl0", "guessable"),
        ("Warszawa2024!!", "guessable"),
        ("19850517198505", "guessable"),
        ("anna.nowak@example.com", "guessable"),
        ("AnnaNowak1985", "guessable"),
        ("Gmina Dolina 2026", "guessable"),
        ("Dolina12345678", "guessable"),
    ],
)
def test_a_password_that_somebody_would_try_is_refused(password: str, code: str) -> None:
    assert refusal(password) == code


def test_the_same_password_is_fine_for_who_does_not_bear_that_name() -> None:
    own = "Brunhilda Ziemkiewicz 7"
    assert refusal(own) == ""
    assert refusal(own, Account(email="b@example.com", full_name="Brunhilda Ziemkiewicz")) == "guessable"


@pytest.mark.parametrize("password", ["maślany", "qwerty123456", "aaaaaaaaaaaaaaaa", "Gmina Dolina 2026"])
def test_a_refusal_speaks_polish_and_never_repeats_the_password(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PasswordPolicy().validate(password, ANNA)
    assert refused.value.messages[0].startswith("To hasło ")
    assert password not in refused.value.messages[0]


@dataclass
class RangeService:
    """A stand-in for the service of leaked passwords: knows some, notes what it was asked."""

    leaked: list[str]
    asked: list[str] = field(default_factory=list)
    status: int = 200

    def answer(self, prefix: str) -> bytes:
        digests = [sha1(password.encode()).hexdigest().upper() for password in self.leaked]
        return "\r\n".join(f"{digest[5:]}:7" for digest in [*digests, prefix + "0" * 35]).encode()


@pytest.fixture
def service(settings: Settings) -> Iterator[RangeService]:
    """A service named in the settings, on a port of its own."""
    stand_in = RangeService(leaked=[GOOD])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append(self.path)
            self.send_response(stand_in.status)
            self.end_headers()
            self.wfile.write(stand_in.answer(self.path.rpartition("/")[2]))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.BREACHED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/range/"
    yield stand_in
    server.shutdown()
    server.server_close()


def test_a_leaked_password_is_refused_and_only_five_signs_of_its_digest_are_told(service: RangeService) -> None:
    assert refusal(GOOD) == "leaked"
    assert refusal("zupelnie inne okno z widokiem") == ""
    assert [len(path.rpartition("/")[2]) for path in service.asked] == [5, 5]


def test_a_password_refused_offline_is_never_asked_about(service: RangeService) -> None:
    assert refusal("qwerty123456") == "common"
    assert service.asked == []


@pytest.mark.parametrize("broken", ["status", "away"])
def test_a_service_that_fails_keeps_nobody_from_setting_a_password(
    service: RangeService, settings: Settings, broken: str
) -> None:
    service.status = 503
    if broken == "away":
        settings.BREACHED_PASSWORDS_URL = "http://127.0.0.1:9/range"
    assert refusal(GOOD) == ""


def test_no_service_is_asked_unless_one_is_named(settings: Settings) -> None:
    assert settings.BREACHED_PASSWORDS_URL == ""
    assert refusal(GOOD) == ""
