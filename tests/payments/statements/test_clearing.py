"""The clearing account: what waits is shown with its reasons, decided by one key, taken back, and never lost."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from liabilities.models import LedgerEntry
from liabilities.queries import credit
from liabilities.storno import reverse_event
from payments import tasks
from payments.clearing import (
    accept_statement,
    choose_payer,
    explain_entry,
    pass_reversal,
    reject_statement,
    reopen_entry,
)
from payments.clearing_queries import clearing_account, proposals_of, reversed_by
from payments.entry_states import Chain
from payments.models import BankEntry, BankStatement, StatementProblem
from payments.statement_proof import unproven_statements
from payments.virtual_accounts import virtual_account
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import words
from tests.payments.statements.books import entries, in_ledger, statement, states
from tests.payments.statements.samples import OTHER_SENDER, Transfer, days_later

# Unfold's own templates rely on variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
QUEUE = reverse("admin:payments_bankentry_queue")
CLEARING = reverse("admin:payments_bankentry_clearing")


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


@pytest.fixture
def lost(anna_payer: Payer) -> BankEntry:
    """60 zł of which nobody knows whose they are."""
    statement(Transfer("60.00", "dziękuję za wszystko", name="NOWAK ANNA", sender=OTHER_SENDER))
    return entries()[0]


def page_of(entry: BankEntry) -> str:
    return reverse("admin:payments_bankentry_settle", args=[entry.pk])


def choose(entry: BankEntry, payer: Payer, *keys: int) -> BankEntry:
    return choose_payer(entry.pk, payer_id=payer.pk, instalments=keys, by=make.BY, at=make.now())


def test_the_queue_shows_the_entry_and_whose_it_may_be_with_reasons(
    office: Client, lost: BankEntry, anna_payer: Payer
) -> None:
    told = words(office.get(QUEUE, follow=True))
    for expected in ("Wpływ 60,00 zł", "dziękuję za wszystko", "NOWAK ANNA", "nadawca nazywa się tak jak płatnik"):
        assert expected in told
    assert AccessRecord.objects.filter(payer=anna_payer, what__contains="wyjaśnianiu wpłaty").exists()


def test_one_button_posts_and_the_next_entry_comes(office: Client, lost: BankEntry, anna_payer: Payer) -> None:
    statement(Transfer("7.00", "druga"), number="2", opening="60.00", on=days_later(1))
    told = words(office.post(page_of(lost), {"choice": f"payer:{anna_payer.pk}:"}, follow=True))
    assert "Zaksięgowano: Anna Nowak." in told
    assert "Wpływ 7,00 zł" in told
    assert states() == ["posted", "waiting"]
    assert make.instalment("ANNA-1").outstanding == 40
    assert entries()[0].rule == "clerk"


def test_a_choice_teaches_the_next_proposal(lost: BankEntry, anna_payer: Payer) -> None:
    choose(lost, anna_payer)
    same = Transfer("60.00", "inny tytuł", name="KTOKOLWIEK", sender=OTHER_SENDER)
    other = Transfer("11.00", "inny tytuł", name="KTOKOLWIEK", sender=OTHER_SENDER)
    statement(same, other, number="2", opening="60.00", on=days_later(1))
    assert states() == ["posted", "posted", "waiting"]
    (first,) = proposals_of(entries()[2], on=make.today())
    assert first.reasons == ("z tego rachunku już za niego wpłacano (2 razy)",)


def test_an_account_that_paid_for_two_people_is_no_longer_sure(
    lost: BankEntry, anna_payer: Payer, firma: Payer
) -> None:
    choose(lost, anna_payer)
    statement(Transfer("5.00", "x", name="Y", sender=OTHER_SENDER), number="2", opening="60.00", on=days_later(1))
    choose(entries()[1], firma)
    statement(Transfer("60.00", "x", name="Y", sender=OTHER_SENDER), number="3", opening="65.00", on=days_later(2))
    assert states() == ["posted", "posted", "waiting"]


def test_an_account_that_paid_for_many_says_nothing_of_whose_money_it_is(lost: BankEntry, anna_payer: Payer) -> None:
    """A post office pays in for everybody: thousands of payers must neither be read nor proposed."""
    choose(lost, anna_payer)
    opening = Decimal(60)
    for serial in range(20, 25):
        to_other = virtual_account(make.payer(make.pesel(serial), f"Inny {serial}"))
        paid = Transfer("60.00", "x", name="POCZTA POLSKA", sender=OTHER_SENDER, credited=to_other)
        statement(paid, number=str(serial), opening=f"{opening}.00", on=days_later(1))
        opening += 60
    statement(
        Transfer("60.00", "x", name="POCZTA", sender=OTHER_SENDER), number="9", opening="360.00", on=days_later(2)
    )
    assert states() == ["posted"] * 6 + ["waiting"]
    assert proposals_of(entries()[-1], on=make.today()) == []


def test_a_payer_is_found_by_number_or_by_a_part_of_the_name(office: Client, lost: BankEntry, firma: Payer) -> None:
    for sought in (firma.number, "stolarnia dolina", make.nip(1).value):
        assert firma.name in words(office.get(page_of(lost), {"q": sought}))
    assert "Nikt nie odpowiada" in words(office.get(page_of(lost), {"q": "nikt taki"}))


def test_money_that_pays_no_due_is_explained_with_a_reason(office: Client, lost: BankEntry) -> None:
    assert "Czego dotyczy" in words(office.post(page_of(lost), {"explain": "1", "reason": ""}))
    office.post(page_of(lost), {"explain": "1", "reason": "subwencja"})
    assert states() == ["explained"]
    (account,) = clearing_account(on=make.today())
    assert (account.explained, account.clearing) == (Decimal("60.00"), Decimal("0.00"))


def test_leaving_leads_to_the_next_one_and_changes_nothing(office: Client, lost: BankEntry) -> None:
    statement(Transfer("7.00", "druga"), number="2", opening="60.00", on=days_later(1))
    page = office.get(page_of(lost)).content.decode()
    assert f'href="{page_of(entries()[1])}" data-key="0"' in page
    assert states() == ["waiting", "waiting"]


@pytest.mark.parametrize(
    "choice", ["", "payer:x:", "payer:1:2:3", "payer:²:", f"payer:{'9' * 30}:", "payer:999999:", "storno:1:"]
)
def test_a_forged_choice_is_refused_and_nothing_is_posted(office: Client, lost: BankEntry, choice: str) -> None:
    assert office.post(page_of(lost), {"choice": choice}, follow=True).status_code in {200, 404}
    assert states() == ["waiting"]
    assert in_ledger() == 0


def test_somebody_elses_due_is_refused(lost: BankEntry, anna_payer: Payer, firma: Payer) -> None:
    with pytest.raises(Refused, match="nie należy do tego płatnika"):
        choose(lost, anna_payer, make.instalment("FIRMA-1").pk)
    assert states() == ["waiting"]


def test_two_clerks_cannot_post_one_entry_twice(lost: BankEntry, anna_payer: Payer, firma: Payer) -> None:
    choose(lost, anna_payer)
    with pytest.raises(Refused, match="już zaksięgowana"):
        choose(lost, firma)
    assert in_ledger() == 60


def test_a_mistaken_choice_is_taken_back_and_made_anew(lost: BankEntry, anna_payer: Payer, firma: Payer) -> None:
    choose(lost, firma)
    reopen_entry(lost.pk, reason="pomyłka", by=make.BY, at=make.now())
    assert states() == ["waiting"]
    assert unproven_statements() == {}
    choose(lost, anna_payer)
    assert (make.instalment("ANNA-1").outstanding, make.instalment("FIRMA-1").outstanding) == (40, 1250)
    assert unproven_statements() == {}


def test_a_credit_that_was_used_cannot_be_taken_back(lost: BankEntry, anna_payer: Payer) -> None:
    choose(lost, anna_payer)
    statement(Transfer("100.00", "x", name="Y"), number="2", opening="60.00", on=days_later(1))
    choose(entries()[1], anna_payer)
    assert credit(anna_payer.pk) == 60
    LedgerEntry.objects.create(
        payer=anna_payer,
        kind="refund",
        account="credit",
        amount=Decimal(50),
        value_on=make.today(),
        reference="zwrot:1",
        due_kind_id="PODATEK_NIERUCHOMOSCI_OF",
    )
    with pytest.raises(Refused, match="już zużyta"):
        reopen_entry(entries()[1].pk, reason="pomyłka", by=make.BY, at=make.now())
    assert states() == ["posted", "posted"]


@pytest.mark.parametrize("mark", ["RC", "D"])
def test_a_reversal_is_proposed_and_storno_is_the_clerks(office: Client, anna_payer: Payer, mark: str) -> None:
    to_anna = virtual_account(anna_payer)
    statement(Transfer("100.00", "podatek", credited=to_anna))
    statement(Transfer("100.00", "zwrot", mark=mark), number="2", opening="100.00", on=days_later(2))
    original, reversal = entries()
    assert make.instalment("ANNA-1").outstanding == 0
    assert reversed_by(reversal) == [original]
    assert "Wystornuj wpłatę: Anna Nowak" in words(office.get(page_of(reversal)))
    office.post(page_of(reversal), {"choice": f"storno:{original.pk}:"})
    assert states() == ["posted", "posted"]
    assert make.instalment("ANNA-1").outstanding == 100
    assert unproven_statements() == {}
    with pytest.raises(Refused, match="cofnął już bank"):
        reopen_entry(original.pk, reason="x", by=make.BY, at=make.now())


def test_a_reversal_takes_back_only_what_it_may(lost: BankEntry, anna_payer: Payer) -> None:
    choose(lost, anna_payer)
    statement(Transfer("59.00", "zwrot", mark="RC"), number="2", opening="60.00", on=days_later(1))
    with pytest.raises(Refused, match="nie cofa wskazanej"):
        pass_reversal(entries()[1].pk, original_id=lost.pk, by=make.BY, at=make.now())


def test_the_treasurer_reads_why_a_file_was_not_taken(office: Client) -> None:
    broken = SimpleUploadedFile(
        "obciety.sta", b":20:1\n:25:13102010260000120100000001\n:28C:1\n:60F:C261120PLN100,00\n"
    )
    answer = office.post(reverse("admin:payments_statementfile_add"), {"file": broken, "form": "auto"}, follow=True)
    problem = StatementProblem.objects.get()
    assert problem.message in words(answer)
    broken.seek(0)
    again = office.post(reverse("admin:payments_statementfile_add"), {"file": broken, "form": "auto"}, follow=True)
    assert "Ten plik był już wczytany, nic się nie zmieniło." in words(again)
    noise = SimpleUploadedFile("szum.sta", b"a\rb;c\xff")
    assert "Nie rozpoznano wyciągu" in words(
        office.post(reverse("admin:payments_statementfile_add"), {"file": noise, "form": "auto"})
    )


def test_the_treasurer_lets_a_parked_statement_in_or_sets_it_aside(office: Client, anna_payer: Payer) -> None:
    to_anna = virtual_account(anna_payer)
    statement(Transfer("10.00", "a", credited=to_anna))
    statement(Transfer("20.00", "b", credited=to_anna), number="3", opening="99.00", on=days_later(2))
    parked = BankStatement.objects.get(number="3")
    page = reverse("admin:payments_bankstatement_decision", args=[parked.pk])
    assert "brakuje" in words(office.get(page))
    office.post(page, {"accept": "1", "reason": "zmieniono bank"})
    assert states() == ["posted", "posted"]
    assert unproven_statements() == {}
    statement(Transfer("30.00", "c", credited=to_anna), number="5", opening="1.00", on=days_later(4))
    reject_statement(BankStatement.objects.get(number="5").pk, reason="obce konto", by=make.BY)
    assert states()[2] == "rejected"
    statement(Transfer("30.00", "c", credited=to_anna), number="5", opening="119.00", on=days_later(4))
    assert states()[3] == "posted"
    assert unproven_statements() == {}
    with pytest.raises(Refused, match="nie czeka na decyzję"):
        accept_statement(parked.pk, reason="x", by=make.BY)
    assert set(BankStatement.objects.values_list("chain", flat=True)) == {Chain.CHAINED, Chain.REJECTED}


def test_the_clearing_account_adds_up_and_shows_its_age(office: Client, lost: BankEntry, anna_payer: Payer) -> None:
    paid = Transfer("40.00", "a", credited=virtual_account(anna_payer))
    statement(paid, Transfer("500.00", "Wypłata", name="PAYU SA"), number="2", opening="60.00", on=days_later(1))
    (account,) = clearing_account(on=days_later(40))
    assert account.adds_up
    assert (account.incoming, account.posted, account.clearing) == (600, 40, 560)
    assert [(age.label, age.count) for age in account.ages] == [
        ("do tygodnia", 0),
        ("do miesiąca", 0),
        ("do trzech miesięcy", 2),
        ("dłużej", 0),
    ]
    told = words(office.get(CLEARING))
    assert "Zgadza się co do grosza" in told
    assert "wypłata operatora" in told


def test_the_proof_finds_a_storno_that_was_made_beside_the_statement(lost: BankEntry, anna_payer: Payer) -> None:
    choose(lost, anna_payer)
    assert tasks.prove_statements() == 0
    out = StringIO()
    call_command("prove_statements", "--json", stdout=out)
    assert '"posted": "60.00"' in out.getvalue()
    paid = LedgerEntry.objects.get(kind="payment")
    reverse_event(paid, reason="ręcznie", on=make.today(), by=make.BY, at=make.now())
    assert list(unproven_statements().values()) == [[lost.pk]]
    assert tasks.prove_statements() == 1
    with pytest.raises(SystemExit):
        call_command("prove_statements", stdout=StringIO(), stderr=StringIO())


def test_explaining_and_opening_again_leaves_nothing_behind(lost: BankEntry) -> None:
    explain_entry(lost.pk, reason="wadium", by=make.BY, at=make.now())
    reopen_entry(lost.pk, reason="jednak podatek", by=make.BY, at=make.now())
    assert states() == ["waiting"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, settled_at FROM payments_bankentry")
        assert cursor.fetchone() == ("", None)
