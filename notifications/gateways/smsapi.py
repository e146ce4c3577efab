"""SMSAPI.pl: bulk SMS with our own ids (`idx`, refused twice by `check_idx`), errors in answers with status 200.

Source: the vendor's documentation of sms.do and its error list. Requests are form-encoded; equal texts go in one
request; different ones go as `[%1%]` with one parameter a recipient.
"""

import logging
import string
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings

from core.http import AnswerLost, OutgoingSession, Unreachable
from notifications.gateways import Outcome, Parcel, Receipt

ALREADY = {53}
PERMANENT = {11, 12, 17, 18, 20, 25, 27, 28, 30, 32, 54, 55, 56, 57, 59, 76, 93, 94, 112}
CONFIGURATION = {7, 14, 35, 70, 74, 98, 101, 102, 103, 104, 105, 110, 401, 997}
BUSY = {51, 202, 203}  # 51: calls only from 8 to 22
LOST = {200, 201, 999}
SPLIT = {19}
POISON = {13}
DEAD = {13, 57, 59}  # no such number, or its owner refuses: nothing more is sent to it
HTTP_HELD = {401, 403, 429}
WORDS = {
    11: "treść pusta lub za długa",
    13: "błędny numer",
    14: "nieznana nazwa nadawcy",
    19: "za dużo wiadomości w jednym zapytaniu",
    31: "nie udało się przeczytać treści głosem",
    32: "numer spoza Polski",
    35: "nieznany głos lektora",
    51: "poza godzinami połączeń (8–22)",
    52: "zbyt wiele prób na jeden numer",
    55: "numer stacjonarny",
    57: "numer na czarnej liście",
    59: "odbiorca zrezygnował",
    101: "SMSAPI nie przyjmuje tokenu",
    102: "SMSAPI nie przyjmuje hasła",
    103: "brak środków na koncie SMSAPI",
    105: "SMSAPI nie przyjmuje tego adresu IP",
    112: "kraj zablokowany",
    202: "zbyt wiele zapytań naraz",
    203: "zbyt wiele zapytań",
}
# The vendor lets about a hundred requests a second in from one address: 250 texts a request leave room for workers.
PERSONAL_BATCH = 250
# Of repeats the vendor has many already, and refuses the whole request for one: few together, then each alone.
REPEATED_BATCH = 25
PARALLEL = 8
UNRESERVED = frozenset(f"{string.ascii_letters}{string.digits}_.-~")  # RFC 3986
logger = logging.getLogger("spm.smsapi")


class SmsApi:
    """One account at SMSAPI, over kept connections."""

    name = "smsapi"
    has_key = True
    door = "sms.do"

    def __init__(self) -> None:
        self._session = OutgoingSession(pool=PARALLEL)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="smsapi")

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over *parcels* in as few requests as the vendor allows, several at a time."""
        batches = self._batches(parcels, int(str(settings.SMSAPI["batch"])))
        return [receipt for receipts in self._pool.map(self._send, batches) for receipt in receipts]

    def _batches(self, parcels: Sequence[Parcel], most: int) -> list[list[Parcel]]:
        return _batches(parcels, most)

    def _form(self, batch: list[Parcel]) -> dict[str, str]:
        return sms_form(batch)

    def _send(self, batch: list[Parcel]) -> list[Receipt]:
        try:
            answer = self._session.call(
                "POST",
                f"{str(settings.SMSAPI['url']).rstrip('/')}/{self.door}",
                data=_encoded(self._form(batch)),
                headers={
                    "Authorization": f"Bearer {settings.SMSAPI['token']}",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
        except Unreachable:
            return _all(batch, Outcome.HELD, "brak połączenia")
        except AnswerLost:
            return _all(batch, Outcome.UNKNOWN, "odpowiedź zginęła")
        if answer.status_code in HTTP_HELD:
            return _all(batch, Outcome.HELD, f"HTTP {answer.status_code}")
        try:
            told = answer.json()
        except ValueError:
            return _all(batch, Outcome.UNKNOWN, f"odpowiedź nieczytelna, HTTP {answer.status_code}")
        if not isinstance(told, dict) or not (told.get("error") or "list" in told):
            return _all(batch, Outcome.UNKNOWN, f"odpowiedź nieczytelna, HTTP {answer.status_code}")
        return self._refused(batch, told) if told.get("error") else _accepted(batch, told)

    def _refused(self, batch: list[Parcel], told: dict[str, Any]) -> list[Receipt]:
        code = int(told["error"]) if str(told["error"]).isdecimal() else 0
        text = WORDS.get(code, f"błąd {code}")
        if code in ALREADY:
            return self._apart(batch) if len(batch) > 1 else _all(batch, Outcome.ACCEPTED, "przyjęta wcześniej")
        if code in POISON:
            return self._without_invalid(batch, told, text)
        if code in CONFIGURATION:
            logger.error("SMSAPI refuses everything: error %s. Check the account, the token and the credit.", code)
        if code in CONFIGURATION or code in BUSY:
            return _all(batch, Outcome.HELD, text)
        if code in LOST:
            return _all(batch, Outcome.UNKNOWN, text)
        if len(batch) > 1 and (code in SPLIT or code in PERMANENT):
            return self._halves(batch)
        if code in DEAD:
            return _dead(batch, text)
        return _all(batch, Outcome.REJECTED if code in PERMANENT else Outcome.RETRY, text)

    def _apart(self, batch: list[Parcel]) -> list[Receipt]:
        """Find those that the vendor has: a few are asked about one by one, once more where the answer is lost.

        Halved to the end, each of them would hang on six good answers in a row, and take twice as many requests.
        """
        if len(batch) > REPEATED_BATCH:
            return self._halves(batch)
        receipts = []
        for parcel in batch:
            told = self._send([parcel])
            receipts += self._send([parcel]) if told[0].outcome is Outcome.UNKNOWN else told
        return receipts

    def _halves(self, batch: list[Parcel]) -> list[Receipt]:
        """Find the ones to blame by halving: log₂ n requests, and the good ones go."""
        middle = len(batch) // 2
        return self._send(batch[:middle]) + self._send(batch[middle:])

    def _without_invalid(self, batch: list[Parcel], told: dict[str, Any], text: str) -> list[Receipt]:
        bad = _invalid(batch, told)
        if not bad:
            return self._halves(batch) if len(batch) > 1 else _dead(batch, text)
        good = [parcel for parcel in batch if parcel not in bad]
        return _dead(bad, text) + (self._send(good) if good else [])


def _invalid(batch: Sequence[Parcel], told: dict[str, Any]) -> list[Parcel]:
    """The parcels whose numbers the vendor calls wrong."""
    named = {
        str(invalid.get(key, "")).lstrip("+")
        for invalid in told.get("invalid_numbers") or []
        if isinstance(invalid, dict)
        for key in ("number", "submitted_number")
    }
    return [parcel for parcel in batch if parcel.address.lstrip("+") in named]


def _batches(parcels: Sequence[Parcel], most: int) -> list[list[Parcel]]:
    """Requests to make: equal texts together, different ones by PERSONAL_BATCH; a text with a bar goes alone.

    Repeats keep to themselves, by REPEATED_BATCH: one that the vendor has already would make it refuse the fresh ones.
    """
    by_text: dict[tuple[str, bool], list[Parcel]] = {}
    for parcel in parcels:
        by_text.setdefault((parcel.body, parcel.is_repeat), []).append(parcel)
    batches = []
    personal: dict[bool, list[Parcel]] = {False: [], True: []}
    for (text, is_repeat), group in by_text.items():
        if len(group) == 1 and "|" not in text:
            personal[is_repeat] += group
        else:
            batches += _in_parts(group, min(most, REPEATED_BATCH) if is_repeat else most)
    return batches + _in_parts(personal[False], PERSONAL_BATCH) + _in_parts(personal[True], REPEATED_BATCH)


def _in_parts(parcels: list[Parcel], most: int) -> list[list[Parcel]]:
    return [parcels[start : start + most] for start in range(0, len(parcels), most)]


def common_form(batch: list[Parcel]) -> dict[str, str]:
    """What a request for SMS and one for calls have in common: to whom, under which ids, where reports go."""
    secret = settings.SMSAPI["report_secret"]
    return {
        "format": "json",
        "encoding": "utf-8",
        "to": ",".join(parcel.address.lstrip("+") for parcel in batch),
        "idx": "|".join(parcel.reference for parcel in batch),
        "check_idx": "1",
        "notify_url": f"{settings.BASE_URL}/hooks/sms/{secret}/",
    }


def sms_form(batch: list[Parcel]) -> dict[str, str]:
    """The request for one batch of SMS."""
    form = common_form(batch) | {
        "from": str(settings.SMSAPI["sender"]),
        "allow_duplicates": "1",  # two messages to one number are two messages: the idx tells repeats apart
        "message": batch[0].body,
    }
    if len({parcel.body for parcel in batch}) > 1:
        form["message"] = "[%1%]"
        form["param1"] = "|".join(parcel.body for parcel in batch)
    return form


def _encoded(form: Mapping[str, str]) -> str:
    """*form* as `urlencode` writes it, letter by letter of those that need it: it looks at every sign of every text."""
    return "&".join(f"{name}={_quoted(value)}" for name, value in form.items())


def _quoted(text: str) -> str:
    strange = set(text) - UNRESERVED - {"%", " "}
    text = text.replace("%", "%25")
    for letter in strange:
        text = text.replace(letter, quote(letter, safe=""))
    return text.replace(" ", "+")


def _all(batch: Sequence[Parcel], outcome: Outcome, code: str) -> list[Receipt]:
    return [Receipt(parcel.message_id, outcome, code=code) for parcel in batch]


def _dead(batch: Sequence[Parcel], code: str) -> list[Receipt]:
    return [Receipt(parcel.message_id, Outcome.REJECTED, code=code, is_dead=True) for parcel in batch]


def _accepted(batch: list[Parcel], told: dict[str, Any]) -> list[Receipt]:
    """One receipt a parcel: who is missing from the vendor's list is asked about again, safely under its key."""
    rows = {str(row.get("idx", "")): row for row in told.get("list") or [] if isinstance(row, dict)}
    bad = _invalid(batch, told)
    receipts = []
    for parcel in batch:
        row = rows.get(parcel.reference)
        if row is not None and not row.get("error"):
            parts, points = _whole(row.get("parts") or told.get("parts")), _points(row.get("points"))
            receipts.append(Receipt(parcel.message_id, Outcome.ACCEPTED, str(row.get("id", "")), parts, points))
        elif row is not None:
            receipts.append(Receipt(parcel.message_id, Outcome.REJECTED, code=f"błąd {row['error']}"))
        elif parcel in bad:
            receipts += _dead([parcel], WORDS[13])
        else:
            receipts.append(Receipt(parcel.message_id, Outcome.UNKNOWN, code="brak w odpowiedzi"))
    return receipts


def _whole(value: object) -> int | None:
    if type(value) is int:
        return value if value >= 0 else None
    return int(str(value)) if str(value).isdecimal() else None


def _points(value: object) -> Decimal | None:
    return _decimal(str(value))


@lru_cache(maxsize=1024)
def _decimal(written: str) -> Decimal | None:
    try:
        points = Decimal(written)
    except InvalidOperation:
        return None
    return points if points.is_finite() and 0 <= points < 100_000 else None
