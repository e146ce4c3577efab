"""Beside the mt-940 library: both readers find the same balances, entries, days and sums; ours splits the rest too."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import mt940 as peer
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.formats import read_statements
from payments.formats.profiles import PROFILES, BankProfile
from payments.formats.statement import INCOMING, Broken, Closed, Entry, Event, Opened
from tests.payments.statements.samples import DAY, Transfer, mt940_text

BESIDE = [folder / "shared" / "data" / "statements" for folder in Path(__file__).resolve().parents[4:6]]
SAMPLES = next((folder for folder in BESIDE if folder.exists()), BESIDE[0])
# What does not balance was masked by who published it; what is no statement of a bank's books says so.
REFUSED = {
    "betterplace-sepa_snippet.sta",
    "betterplace-sepa_snippet_broken.sta",
    "jejik-abnamro.sta",
    "jejik-ing-dos.sta",
    "jejik-postfinance.sta",
    "jejik-rabobank.sta",
    "jejik-triodos.sta",
    "mt942.sta",
    "self-provided-details_60-63.sta",
    "self-provided-february_30.sta",
    "self-provided-multiline.sta",
    "self-provided-raiffeisen-cmi.sta",
    "self-provided-raphaelm.sta",
    "with_newline_in_tnr.sta",
}
TITLES = st.text(alphabet="ABCDEFGHIJKLMNOPRSTUWYZŁÓĄŻ 0123456789/.,-", min_size=1, max_size=120)


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """The peer writes statements into the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def ours(content: bytes) -> list[Event]:
    return list(read_statements(io.BytesIO(content), form="mt940"))


def told_by_ours(events: list[Event]) -> list[object]:
    found: list[object] = []
    for event in events:
        if isinstance(event, Opened):
            found.append(event.opening)
        elif isinstance(event, Entry):
            amount = event.amount if event.mark in INCOMING else -event.amount
            found.append((event.value_on, event.booked_on, amount))
        elif isinstance(event, Closed):
            found.append(event.closing)
    return found


def told_by_peer(text: str) -> list[object]:
    found: list[object] = []
    for block in text.split(":20:")[1:]:
        said = peer.models.Transactions(processors={"pre_statement": []})
        said.parse(f":20:{block}")
        if "final_opening_balance" not in said.data and "intermediate_opening_balance" not in said.data:
            continue
        opening = said.data.get("final_opening_balance") or said.data["intermediate_opening_balance"]
        closing = said.data.get("final_closing_balance") or said.data.get("intermediate_closing_balance")
        found.append(opening.amount.amount)
        for one in said.transactions:
            if one.data.get("date"):
                amount = abs(one.data["amount"].amount)  # the peer takes RC for money that came in
                amount = amount if one.data["status"] in INCOMING else -amount
                found.append((one.data["date"], one.data.get("entry_date") or one.data["date"], amount))
        if closing:
            found.append(closing.amount.amount)
    return found


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    transfers=st.lists(
        st.builds(
            Transfer,
            amount=st.integers(1, 10**9).map(lambda grosze: f"{grosze // 100}.{grosze % 100:02d}"),
            title=TITLES,
            mark=st.sampled_from(["C", "D"]),
        ),
        max_size=6,
    )
)
def test_both_readers_agree_on_every_bank(profile: BankProfile, transfers: list[Transfer]) -> None:
    text = mt940_text(profile, transfers, on=DAY)
    assert told_by_ours(ours(text.encode(profile.encoding, "replace"))) == told_by_peer(text)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not on this machine")
def test_both_readers_agree_on_the_samples_of_other_projects() -> None:
    for path in sorted((SAMPLES / "mt940").glob("*.sta")):
        events = ours(path.read_bytes())
        is_refused = any(isinstance(event, Broken) for event in events)
        assert is_refused == (path.name in REFUSED), path.name
        if not is_refused:
            text = path.read_text(encoding="cp1250", errors="replace")
            assert told_by_ours(events) == told_by_peer(text), path.name


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not on this machine")
def test_camt_samples_of_other_projects_are_read_or_refused_with_words() -> None:
    told = {}
    for path in sorted((SAMPLES / "camt053").glob("*.xml")):
        try:
            events = list(read_statements(io.BytesIO(path.read_bytes())))
        except Exception as refusal:
            told[path.name] = getattr(refusal, "code", "")
            continue
        broken = [event.problem.code for event in events if isinstance(event, Broken)]
        told[path.name] = broken[0] if broken else str(sum(isinstance(event, Entry) for event in events))
    assert told == {
        "genkgo-v2-minimal.xml": "currency_changes",
        "genkgo-v2-multi.statement.xml": "2",
        "genkgo-v2-with-account-name.xml": "balance_missing",
        "genkgo-v2-wrong.xml": "no_statement",
        "genkgo-v8.xml": "currency_changes",
    }
