"""Matching: clues survive what banks do to titles; what is sure is posted, what is not waits with its reasons."""

from datetime import date
from decimal import Decimal

import pytest

from liabilities.models import Instalment
from liabilities.queries import credit
from payments.entry_states import Rule
from payments.matching import Candidate, Facts, OwnDue, certain, plain, propose, read_clues, same_name
from payments.payouts import provider_of_payout
from residents.models import Account, Payer
from tests import make
from tests.payments.paying import start
from tests.payments.statements.books import entries, statement, states
from tests.payments.statements.samples import OTHER_SENDER, Transfer, days_later
from tests.sandbox_process import Sandbox

ON = date(2026, 3, 16)


@pytest.mark.parametrize(
    "title",
    [
        "SPM-000123",
        "zaplata spm-000123 dziekuje",
        "SPM 000123",
        "S PM-0001 23",
        "SPM000123 za podatek 2026",
        "SPM-000\n123",
    ],
)
def test_our_payment_number_is_found_whatever_was_done_to_it(title: str) -> None:
    assert 123 in read_clues(title).payments


@pytest.mark.parametrize("title", ["P-000321", "płatnik p-000321", "P 000321".replace(" ", ""), "P - 000 321"])
def test_a_payers_number_is_found(title: str) -> None:
    assert read_clues(title).payers == {321}


@pytest.mark.parametrize("title", ["SP-000321", "UP000321", "P-12"])
def test_what_only_looks_like_a_payers_number_is_none(title: str) -> None:
    assert read_clues(title).payers == frozenset()


@pytest.mark.parametrize(
    "title",
    [
        "decyzja FN.3120.1.123.2026",
        "dec. nr FN 3120.1.123.2026",
        "FN.3120.1 .123.2026",
        "fn/3120/1/123/2026",
        "FN.31\n20.1.123.2026",
    ],
)
def test_a_decisions_number_is_found_across_breaks_and_separators(title: str) -> None:
    assert "FN312011232026" in read_clues(title).decisions


def test_keys_of_instalments_are_whole_tokens_with_a_digit() -> None:
    found = read_clues("rata FK-000 123 za dom/2 ul. Polna").keys
    assert "FK-000123" in found
    assert not {"Polna", "za"} & found


def test_letters_without_strokes_and_tails_are_the_same_words() -> None:
    assert plain("Zażółć gęślą\n jaźń") == "ZAZOLC GESLA JAZN"
    assert same_name("ŁUKASZ ŻÓŁĆ UL. DŁUGA 1", "Żółć Łukasz")
    assert same_name("ZOLC LUKASZ", "Łukasz Żółć")
    assert not same_name("ANNA ŻÓŁĆ", "Łukasz Żółć")
    assert not same_name("", "")


def facts(amount: str = "100.00", title: str = "", name: str = "") -> Facts:
    return Facts(Decimal(amount), ON, title, name, "1" * 26)


def candidate(payer_id: int = 1, **more: object) -> Candidate:
    due = OwnDue(payer_id * 10, "ODPADY", ON, Decimal("100.00"), Decimal("98.00"), "Odpady 2026, rata 1")
    return Candidate(payer_id, "Anna Nowak", [due], **more)  # type: ignore[arg-type]


def test_a_clue_alone_is_not_enough_and_with_the_amount_it_is() -> None:
    (alone,) = propose(facts("77.00"), [candidate(clues=["w tytule jest numer płatnika"])])
    (with_amount,) = propose(facts("100.00"), [candidate(clues=["w tytule jest numer płatnika"])])
    assert (alone.is_certain, with_amount.is_certain) == (False, True)
    assert with_amount.reasons == ("w tytule jest numer płatnika", "ta sama kwota: Odpady 2026, rata 1")
    assert with_amount.instalments == (10,)


def test_the_sum_of_the_decision_fits_although_interest_was_forgotten() -> None:
    (found,) = propose(facts("98.00"), [candidate(clues=["w tytule jest numer płatnika"])])
    assert found.is_certain
    assert found.reasons[-1] == "ta sama kwota, bez odsetek: Odpady 2026, rata 1"


def test_two_sure_payers_are_for_a_clerk() -> None:
    both = [candidate(1, clues=["a"]), candidate(2, clues=["b"])]
    assert certain(propose(facts(), both)) is None
    assert certain(propose(facts(), both[:1])) is not None


def test_the_same_name_and_amount_without_a_clue_are_a_proposal_only() -> None:
    (found,) = propose(facts(name="NOWAK ANNA"), [candidate()])
    assert not found.is_certain
    assert found.score == 50


def test_an_account_that_pays_for_several_people_is_never_sure() -> None:
    sure, unsure = candidate(seen=3, seen_same=2, is_only_one=True), candidate(seen=3, seen_same=2)
    assert certain(propose(facts(), [sure])) is not None
    assert certain(propose(facts(), [unsure])) is None


def test_nothing_speaks_for_a_stranger() -> None:
    assert propose(facts("1.00", name="KTOŚ INNY"), [candidate()]) == []


@pytest.mark.parametrize(
    ("name", "title", "provider"),
    [
        ("PAYU S.A.", "Wypłata 123", "payu"),
        ("PayPro SA", "P24-ABC", "przelewy24"),
        ("PAYPAL EUROPE", "", "paypal"),
        ("", "Wyplata PayU SA 12/2026", "payu"),
        ("ANNA NOWAK", "płacę przez PayU", ""),
    ],
)
def test_payouts_of_providers_are_told_by_who_sends_them(name: str, title: str, provider: str) -> None:
    assert provider_of_payout(name=name, title=title) == provider


pytestmark = pytest.mark.django_db


def test_an_instalments_key_with_its_amount_is_posted_to_it(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="FK-000777", instalment=2, amount="30,00"))
    statement(Transfer("30.00", "za ratę FK-000 777, dziękuję"))
    assert states() == ["posted"]
    assert entries()[0].rule == Rule.TITLE
    assert make.instalment("FK-000777").outstanding == 0
    assert make.instalment("ANNA-1").outstanding == 100


def test_a_decisions_number_in_the_title_of_a_due_leads_to_it(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="D-1", title="Podatek, decyzja FN.3120.7.2026", amount="45,00"))
    statement(Transfer("45.00", "dec. FN.3120.7.2026"), Transfer("44.00", "dec. FN.3120.7.2026", name="KTOŚ"))
    assert states() == ["posted", "waiting"]
    assert make.instalment("D-1").outstanding == 0


def test_a_decisions_number_of_the_finance_system_leads_to_its_instalments(anna_payer: Payer) -> None:
    Instalment.objects.filter(external_id="ANNA-1").update(decision_no="FN.3120.15.2026")
    statement(Transfer("100.00", "decyzja nr fn 3120.15.2026"))
    assert states() == ["posted"]
    assert make.instalment("ANNA-1").outstanding == 0


def test_a_payers_number_and_name_are_enough_for_a_part(anna_payer: Payer) -> None:
    statement(Transfer("10.00", f"płatnik {anna_payer.number}", name="NOWAK ANNA UL. DŁUGA 1"))
    assert states() == ["posted"]
    assert make.instalment("ANNA-1").outstanding == 90


def test_the_number_of_our_payment_with_its_amount_pays_its_dues(
    anna: Account, anna_payer: Payer, sandbox: Sandbox
) -> None:
    payment = start(anna_payer, anna)
    statement(Transfer("100.00", f"zapłata {payment.reference}", name="KTOKOLWIEK"))
    assert (states(), entries()[0].rule) == (["posted"], Rule.PAYMENT)
    assert make.instalment("ANNA-1").outstanding == 0


def test_what_an_account_paid_once_it_pays_again_without_asking(anna_payer: Payer) -> None:
    statement(Transfer("40.00", anna_payer.number, name="NOWAK ANNA", sender=OTHER_SENDER))
    again = Transfer("40.00", "jak zwykle", name="PIOTR", sender=OTHER_SENDER)
    other = Transfer("41.00", "jak zwykle", name="PIOTR", sender=OTHER_SENDER)
    statement(again, other, number="2", opening="40.00", on=days_later(30))
    assert states() == ["posted", "posted", "waiting"]
    assert entries()[1].rule == Rule.SENDER
    assert make.instalment("ANNA-1").outstanding == 20
    assert credit(anna_payer.pk) == 0


def test_payouts_reversals_and_debits_are_never_posted_by_themselves(anna_payer: Payer) -> None:
    statement(
        Transfer("500.00", "Wypłata", name="PAYU S.A."),
        Transfer("40.00", anna_payer.number, name="NOWAK ANNA"),
        Transfer("40.00", "ZWROT", mark="RC"),
        Transfer("40.00", "zwrot omyłkowej wpłaty", mark="D"),
        Transfer("3.00", "opłata", mark="D", sender=OTHER_SENDER),
        Transfer("12.00", "zwrot", mark="RD"),
    )
    assert states() == ["payout", "posted", "waiting", "waiting", "outgoing", "waiting"]
    assert entries()[0].provider == "payu"
