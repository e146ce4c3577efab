"""Answers to SMS messages: what somebody types on the sandbox phone goes to the portal as SMSAPI passes it on.

A POST of `sms_to`, `sms_from`, `sms_text`, `sms_date` (seconds since 1970) and `username` to one address, set in the
vendor's panel (here: `sms_answers_url`). One try; what came back stands under the bubble and in the journal.
"""

import time

import aiohttp
from yarl import URL

from sandbox.state import State

LONGEST = 918  # six joined messages


async def send_answer(state: State, client: aiohttp.ClientSession, number: str, text: str) -> str:
    """Post the answer of *number*; returns «200 OK», or in Polish why it went nowhere."""
    at = time.time()
    told = await _posted(state, client, number, text[:LONGEST], at)
    state.store.run(
        "INSERT INTO sms_answer (number, text, at, told) VALUES (?, ?, ?, ?)", number, text[:LONGEST], at, told
    )
    state.store.note("sms", "odpowiedź z telefonu", f"{number} → {told}")
    return told


async def _posted(state: State, client: aiohttp.ClientSession, number: str, text: str, at: float) -> str:
    if not state.settings.sms_answers_url:
        return "brak adresu dla odpowiedzi (sms_answers_url)"
    fields = {
        "sms_to": "4480000",
        "sms_from": number,
        "sms_text": text,
        "sms_date": str(int(at)),
        "username": "piaskownica",
    }
    timeout = aiohttp.ClientTimeout(total=state.settings.sms_report_timeout_s)
    try:
        async with client.post(
            URL(state.settings.sms_answers_url), data=fields, timeout=timeout, allow_redirects=False
        ) as answer:
            said = await answer.read()
            return f"{answer.status} {said[:60].decode('utf-8', 'replace')}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        return f"brak odpowiedzi ({type(trouble).__name__})"
