"""An account's own data, for whoever acts for nobody: taken away, and the account closed by its owner."""

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from residents.actions import claim_payer
from residents.identity_erasure import forget_closed
from residents.models import Account, Claim, Payer
from residents.notices import send_notices
from tests import make
from tests.residents.test_rodo_download import opened, proved

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]
PAGE, DOWNLOAD, CLOSING = "residents:account_data", "residents:account_download", "residents:account_closing"


@pytest.fixture
def nobodys(db: None) -> Account:
    """Has an account and acts for nobody."""
    return make.account("nowy@example.com", name="Nowy Mieszkaniec")


def account_tables(archive: zipfile.ZipFile) -> dict[str, list[dict[str, object]]]:
    """The account's section as programs read it."""
    tables: dict[str, list[dict[str, object]]] = json.loads(archive.read("dane/account.json"))["tables"]
    return tables


def test_who_acts_for_nobody_takes_the_accounts_data_away(signed_in: SignIn, nobodys: Account) -> None:
    home = signed_in(nobodys)
    assert reverse(PAGE) in home.get(reverse("residents:confirm")).text
    assert home.post(reverse(DOWNLOAD)).headers["Location"].startswith(reverse("account_reauthenticate"))
    archive = opened(proved(home).post(reverse(DOWNLOAD)))
    tables = account_tables(archive)
    assert tables["account"][0]["email"] == "nowy@example.com"
    assert [row["state"] for row in tables["addresses"]] == ["potwierdzony"]
    assert "Nowy Mieszkaniec" in archive.read("index.html").decode()
    assert AuditEntry.objects.filter(verb="download_account_data", subject=f"account:{nobodys.pk}").count() == 1
    for _ in range(2):
        assert home.post(reverse(DOWNLOAD)).status_code == 200
    assert "już trzy razy" in home.post(reverse(DOWNLOAD), follow=True).text


def test_an_attorney_gets_what_the_account_did_and_nothing_of_the_payers_dues(
    signed_in: SignIn, piotr: Account, anna_payer: Payer
) -> None:
    home = proved(signed_in(piotr))
    home.get(reverse("liabilities:my_dues"))
    archive = opened(home.post(reverse(DOWNLOAD)))
    tables = account_tables(archive)
    assert [(row["payer"], row["scope"]) for row in tables["mandates"]] == [("Anna Nowak", "podgląd i płatności")]
    assert {row["payer"] for row in tables["looks"]} == {"Anna Nowak"}
    everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "100.00" not in everything
    assert make.pesel(1).value not in everything


def test_who_acts_for_nobody_closes_the_account(signed_in: SignIn, nobodys: Account, anna: Account) -> None:
    claim = claim_payer(nobodys, Payer.objects.get(), how="login.gov.pl", by=make.BY, at=make.now())
    assert isinstance(claim, Claim)
    home = proved(signed_in(nobodys))
    assert "Zaznacz, że wiesz" in home.post(reverse(CLOSING)).text
    done = home.post(reverse(CLOSING), {"knows": "on"}, follow=True)
    assert "Konto zamknięte" in done.text
    assert home.get(reverse(PAGE)).status_code == 302
    nobodys.refresh_from_db()
    assert (nobodys.is_active, nobodys.full_name, nobodys.has_usable_password()) == (False, "konto zamknięte", False)
    claim.refresh_from_db()
    assert claim.state == "refused"

    soon = make.now() + timedelta(days=2)
    assert forget_closed(soon, 10) == 0  # a confirmation is owed
    mail.outbox.clear()
    send_notices(at=make.now())
    assert ("Konto zamknięte", ["nowy@example.com"]) in [(letter.subject, letter.to) for letter in mail.outbox]
    assert forget_closed(soon, 10) == 1
    nobodys.refresh_from_db()
    assert nobodys.email.endswith("usuniete.invalid")


def test_who_acts_for_somebody_or_works_at_the_office_is_told_another_way(
    signed_in: SignIn, piotr: Account, clerk: Account
) -> None:
    for who, words in ((piotr, "Odwołaj umocowania"), (clerk, "Zamknie je administrator")):
        page = proved(signed_in(who)).post(reverse(CLOSING), {"knows": "on"})
        assert words in page.text.replace("\u00a0", " ")
        who.refresh_from_db()
        assert who.is_active
