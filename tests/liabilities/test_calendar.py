"""Terms in the resident's own calendar: the private link, and the file that calendars read."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from liabilities.calendar_feed import Term, calendar_text
from liabilities.calendar_links import READ_NOTED_EVERY, follow_link, make_link
from liabilities.models import CalendarLink
from residents.disclosure import sections
from residents.mandates import revoke_mandate
from residents.models import Account, Mandate, Payer
from tests import make
from tests.conftest import SignIn

PAGE = reverse("liabilities:calendar")
MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def unfolded(text: str) -> list[str]:
    """The lines of a calendar as a reader joins them."""
    return text.replace("\r\n ", "").split("\r\n")


def feed(token: str) -> str:
    """The address that a calendar reads."""
    return reverse("liabilities:calendar_feed", args=[token])


def test_a_term_is_a_whole_day_event_with_a_lasting_key() -> None:
    term = Term(
        "rata-7", date(2026, 12, 31), "Dolina: Śmieci; maj, rata 2", "Do zapłaty: 60,00 zł", "https://x.example/7/"
    )
    lines = unfolded(calendar_text([term], name="Terminy", host="x.example", at=MADE))
    for line in (
        "BEGIN:VCALENDAR",
        "UID:rata-7@x.example",
        "DTSTAMP:20261121T093000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Dolina: Śmieci\\; maj\\, rata 2",
        "DESCRIPTION:Do zapłaty: 60\\,00 zł",
        "END:VCALENDAR",
    ):
        assert line in lines


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_lines_are_folded_within_75_octets_and_no_letter_is_cut(title: str) -> None:
    text = calendar_text([Term("k", date(2026, 1, 1), title, "", "")], name="x", host="h", at=MADE)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    escaped = title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}" in unfolded(text)


@pytest.mark.parametrize("title", ["a\nBEGIN:VEVENT", "a\r\nATTACH:http://x"])
def test_a_title_cannot_write_lines_of_its_own(title: str) -> None:
    lines = unfolded(calendar_text([Term("k", date(2026, 1, 1), title, "", "")], name="x", host="h", at=MADE))
    assert lines.count("BEGIN:VEVENT") == 1
    assert not [line for line in lines if line.startswith("ATTACH")]


@pytest.mark.django_db
class TestLink:
    """The private link."""

    def test_a_link_is_shown_once_and_only_its_digest_is_kept(
        self, anna: Account, signed_in: SignIn, client: Client
    ) -> None:
        browser = signed_in(anna)
        made: str = browser.post(PAGE).context["made"]
        token = made.rpartition("/")[2].removesuffix(".ics")
        assert len(token) >= 43
        link = CalendarLink.objects.get()
        assert token not in (link.token_sha256, str(link))
        assert made not in browser.get(PAGE).text
        answer = client.get(feed(token))
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private, no-store"
        due = make.instalment("ANNA-1")
        lines = unfolded(answer.content.decode())
        assert f"DTSTART;VALUE=DATE:{due.payable_by:%Y%m%d}" in lines
        assert any("Podatek od nieruchomości" in line for line in lines)
        assert "Anna" not in answer.content.decode()

    def test_a_new_link_ends_the_earlier_one_and_revoking_ends_both(
        self, anna: Account, anna_payer: Payer, signed_in: SignIn, client: Client
    ) -> None:
        first = make_link(anna, anna_payer, by=make.BY, at=make.now())
        second = make_link(anna, anna_payer, by=make.BY, at=make.now())
        assert [client.get(feed(token)).status_code for token in (first, second)] == [404, 200]
        told = signed_in(anna).post(PAGE, {"revoke": "1"}, follow=True)
        assert "Odnośnik już nie działa" in told.text
        assert client.get(feed(second)).status_code == 404
        assert not CalendarLink.objects.exists()

    def test_it_ends_with_the_mandate_and_with_the_account(
        self, piotr: Account, anna: Account, anna_payer: Payer, client: Client
    ) -> None:
        his = make_link(piotr, anna_payer, by=make.BY, at=make.now())
        hers = make_link(anna, anna_payer, by=make.BY, at=make.now())
        assert client.get(feed(his)).status_code == 200
        revoke_mandate(Mandate.objects.get(account=piotr), by=make.BY, at=make.now())
        assert client.get(feed(his)).status_code == 404
        Account.objects.filter(pk=anna.pk).update(is_active=False)
        assert client.get(feed(hers)).status_code == 404

    @pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "ż"])
    def test_a_guess_finds_nothing(self, client: Client, token: str) -> None:
        assert client.get(f"/kalendarz/{token}.ics").status_code == 404

    def test_a_calendar_only_reads(self, anna: Account, anna_payer: Payer, client: Client) -> None:
        token = make_link(anna, anna_payer, by=make.BY, at=make.now())
        assert client.head(feed(token)).status_code == 200
        assert client.post(feed(token)).status_code == 405

    def test_that_it_was_read_is_noted_once_an_hour(self, anna: Account, anna_payer: Payer) -> None:
        now = make.now()
        token = make_link(anna, anna_payer, by=make.BY, at=now)
        noted = []
        for moment in (now, now + timedelta(minutes=5), now + READ_NOTED_EVERY + timedelta(seconds=1)):
            follow_link(token, at=moment)
            noted.append(CalendarLink.objects.get().read_at)
        assert noted == [now, now, now + READ_NOTED_EVERY + timedelta(seconds=1)]

    def test_it_is_told_among_my_data_and_goes_when_they_are_erased(self, anna: Account, anna_payer: Payer) -> None:
        make_link(anna, anna_payer, by=make.BY, at=make.now())
        section = next(one for one in sections() if one.code == "liabilities")
        table = next(one for one in section.tables if one.code == "calendar_links")
        assert [row[0] for row in table.rows(anna_payer.pk)] == ["Anna Nowak"]
        assert section.erase(anna_payer.pk, make.BY, make.now()) == {"odnośniki do kalendarza": 1}
        assert list(table.rows(anna_payer.pk)) == []
