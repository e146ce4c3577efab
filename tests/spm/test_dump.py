"""A stolen dump of the database: a real `pg_dump` of a demo town, searched for every PESEL, phone and e-mail of it."""

import base64
import binascii
import contextlib
import os
import re
import subprocess
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import inbound
from residents.actions import register_foreigner
from residents.models import Account, Contact, Payer
from spm.demo.people import companies, people
from spm.demo.signins import SIGN_INS
from spm.demo.town import Town, liven, load
from tests import make
from tests.migrated_template import client_program
from tests.sandbox_process import Sandbox

DAY = date(2026, 3, 10)
PEOPLE, FIRMS = 60, 10
NEWCOMER = "nowa.osoba@poczta.example"
HEX = re.compile(rb"\\\\x([0-9a-f]{16,})")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


def dump() -> bytes:
    """The whole test database as SQL."""
    known = connection.settings_dict
    told = {"PGHOST": known["HOST"], "PGPORT": known["PORT"], "PGUSER": known["USER"], "PGPASSWORD": known["PASSWORD"]}
    command = [client_program("pg_dump"), "--no-owner", "--dbname", known["NAME"]]
    environment = {**os.environ, **{name: str(value) for name, value in told.items() if value}}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def read_as_a_thief_would(content: bytes) -> Iterator[bytes]:
    """The dump as it is, and whatever in it is only written in hexadecimal, in base64 or packed."""
    yield content
    for match in HEX.finditer(content):
        yield bytes.fromhex(match[1].decode()[: len(match[1]) // 2 * 2])
    for match in BASE64.finditer(content):
        piece = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        with contextlib.suppress(binascii.Error):
            plain = base64.b64decode(piece + b"=" * (-len(piece) % 4))
            yield plain
            with contextlib.suppress(zlib.error):
                yield zlib.decompress(plain)


@pytest.fixture
def town(committed: None, sandbox: Sandbox) -> Town:
    """A town in which everything has happened that writes a number or an address somewhere."""
    made = Town(PEOPLE, FIRMS, DAY, datetime(2026, 3, 10, 11, 0, tzinfo=UTC))
    load(made, say=lambda _text: None)
    liven(made, say=lambda _text: None)
    register_foreigner(name="Ivan Novak", birth_date=date(1979, 3, 8), number=None, on=DAY, by=make.BY)
    first = people(1, today=DAY)[0]
    body = f"MsgId=1&status_name=DELIVERED&to={first.phone[1:]}&email={first.email}".encode()
    inbound.receive("smsapi", key="1", headers={}, body=body, is_verified=True)
    assert Client().post(reverse("account_request_login_code"), {"email": SIGN_INS[0].email}).status_code == 302
    newcomer = {"email": NEWCOMER, "full_name": "Nowa Osoba", "password1": make.PASSWORD, "password2": make.PASSWORD}
    assert Client().post(reverse("account_signup"), newcomer).status_code == 302
    # A misprint in a dues file: its number is told to the clerk masked.
    make.dues(make.row(first.number, amount="-1").replace(first.number.value, first.number.value[:-1] + "x"))
    return made


def test_a_dump_without_the_keys_yields_no_pesel_phone_or_address(town: Town) -> None:
    inhabitants = [*people(PEOPLE, today=DAY), *companies(FIRMS)]
    secrets = {who.number.value for who in inhabitants if not who.is_company}
    secrets |= {who.phone.removeprefix("+48") for who in inhabitants} | {who.email for who in inhabitants}
    secrets |= {sign_in.email for sign_in in SIGN_INS}
    secrets |= set(Payer.objects.exclude(pesel="").values_list("pesel", flat=True))
    secrets |= {address.removeprefix("+48") for address in Contact.objects.values_list("address", flat=True)}
    secrets |= set(Account.objects.values_list("email", flat=True))
    assert len(secrets) > 3 * PEOPLE
    searched = re.compile(b"|".join(re.escape(secret.encode()) for secret in sorted(secrets)), re.IGNORECASE)
    assert NEWCOMER in secrets
    content = dump()
    assert b"residents_payer" in content
    assert b"Anna Zieli" in content, "names are in the clear: the search would find what is there"
    found = {hit.decode() for piece in read_as_a_thief_would(content) for hit in searched.findall(piece)}
    assert found == set()
