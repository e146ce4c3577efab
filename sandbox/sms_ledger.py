"""The journal of what «left» by SMS and voice: the truth against which losses and doubles are counted."""

import json
import secrets
import time
from itertools import repeat
from typing import Any

from sandbox.settings import Settings
from sandbox.sms_errors import SmsRefused
from sandbox.sms_request import Batch
from sandbox.store import Store

# Thousandths of a point a part, as SMSAPI's price list stood in August 2026.
PRICE = {"sms": 165, "vms": 160}


class SmsLedger:
    """Accepts checked batches: idx memory, credit, journal rows, reports to send. All or nothing a batch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._prefix = self._own_prefix()
        self._next = int(store.value("SELECT max(seq) FROM sms") or 0) + 1
        self._spent = int(store.value("SELECT sum(points) FROM sms") or 0)
        self._seen: dict[str, float] = {
            row["idx"]: row["accepted_at"]
            for row in store.rows("SELECT idx, accepted_at FROM sms WHERE idx IS NOT NULL ORDER BY seq")
        }

    def _own_prefix(self) -> str:
        kept = self._store.value("SELECT value FROM setting WHERE name = '_sms_prefix'")
        if kept:
            return str(json.loads(kept))
        prefix = secrets.token_hex(4).upper()
        self._store.run("INSERT INTO setting (name, value) VALUES ('_sms_prefix', ?)", json.dumps(prefix))
        return prefix

    def message_id(self, seq: int) -> str:
        """The vendor's id of the message in row *seq*."""
        return f"{self._prefix}{seq:016X}"

    def find_seq(self, message_id: str) -> int:
        """The row of *message_id*, or 0."""
        if not message_id.startswith(self._prefix):
            return 0
        try:
            return int(message_id[len(self._prefix) :], 16)
        except ValueError:
            return 0

    def balance(self, settings: Settings) -> float:
        """Points left."""
        return round(settings.sms_credit - self._spent / 1000, 3)

    def accept(self, batch: Batch, settings: Settings, at: float) -> dict[str, Any]:
        """Write the batch down and return the vendor's answer. Raises SmsRefused: then nothing was written."""
        if batch.check_idx:
            self._check_idx(batch, settings, at)
        cost = sum(batch.parts) * PRICE[batch.kind]
        if self._spent + cost > settings.sms_credit * 1000:
            raise SmsRefused(103)
        first = self._next
        if not batch.test:
            self._write(batch, settings, at)
            self._next += len(batch.numbers)
            self._spent += cost
            self._seen.update(zip((idx for idx in batch.idx if idx), repeat(at), strict=False))
        return self._answer(batch, first)

    def _check_idx(self, batch: Batch, settings: Settings, at: float) -> None:
        given = [idx for idx in batch.idx if idx]
        oldest = at - settings.sms_check_idx_hours * 3600
        seen = self._seen
        if len(set(given)) != len(given) or any(idx in seen and seen[idx] > oldest for idx in given):
            raise SmsRefused(53)

    def _write(self, batch: Batch, settings: Settings, at: float) -> None:
        price = PRICE[batch.kind]
        outcomes = _outcomes(batch.numbers, settings)
        rows = zip(
            range(self._next, self._next + len(batch.numbers)),
            repeat(batch.kind),
            batch.numbers,
            batch.submitted,
            repeat(batch.sender),
            batch.texts,
            batch.idx,
            batch.parts,
            [parts * price for parts in batch.parts],
            repeat(at),
            repeat(batch.send_at),
            outcomes,
            strict=False,
        )
        with self._store.transaction():
            self._store.run_many("INSERT INTO sms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            if batch.notify_url:
                self._store.run_many(
                    "INSERT INTO sms_report (seq, url, status, due_at) VALUES (?, ?, ?, ?)",
                    _reports(self._next, outcomes, batch, settings),
                )

    def _answer(self, batch: Batch, first: int) -> dict[str, Any]:
        price = PRICE[batch.kind]
        date_sent = int(batch.send_at)
        rows = []
        for place, number in enumerate(batch.numbers):
            seq = first + place
            points = batch.parts[place] * price / 1000
            rows.append(
                {
                    "id": f"{self._prefix}{seq:016X}",
                    "points": points if seq % 2 else str(points),
                    "number": number,
                    "date_sent": date_sent,
                    "submitted_number": batch.submitted[place],
                    "status": "QUEUE",
                    "error": None,
                    "idx": batch.idx[place],
                    "parts": batch.parts[place],
                }
            )
        answer: dict[str, Any] = {"count": len(rows), "list": rows}
        if batch.details:
            answer |= {"message": batch.message, "length": batch.size.units, "parts": batch.size.parts}
        if batch.invalid_numbers:
            answer["invalid_numbers"] = batch.invalid_numbers
        return answer

    def withdraw(self, message_ids: list[str], at: float) -> list[str]:
        """Cancel scheduled messages, at the latest 60 seconds before their time. Raises SmsRefused (301)."""
        places = [self.find_seq(one) for one in message_ids]
        with self._store.transaction():
            for seq in places:
                if not self._store.run("DELETE FROM sms WHERE seq = ? AND sent_at > ?", seq, at + 60):
                    raise SmsRefused(301)
                self._store.run("DELETE FROM sms_report WHERE seq = ?", seq)
        return message_ids

    def status(self, message_id: str) -> dict[str, Any]:
        """What became of one message. Raises SmsRefused (301)."""
        row = self._store.row("SELECT * FROM sms WHERE seq = ?", self.find_seq(message_id))
        if row is None:
            raise SmsRefused(301)
        reached = "QUEUE" if row["sent_at"] > time.time() else row["status"]
        return {"id": message_id, "number": row["number"], "status": reached, "idx": row["idx"], "error": None}


def _outcomes(numbers: list[str], settings: Settings) -> list[str]:
    ends = tuple(settings.sms_numbers)
    return [
        settings.sms_status
        if not (ends and number.endswith(ends))
        else next(settings.sms_numbers[end] for end in sorted(ends, key=len, reverse=True) if number.endswith(end))
        for number in numbers
    ]


def _reports(first: int, outcomes: list[str], batch: Batch, settings: Settings) -> list[tuple[int, str, str, float]]:
    due = batch.send_at + settings.sms_report_delay_s
    return [
        (first + place, batch.notify_url, status, due)
        for _ in range(settings.sms_report_repeats)
        for place, outcome in enumerate(outcomes)
        if outcome != "SILENT"
        for status in (*settings.sms_report_before, outcome)
    ]
