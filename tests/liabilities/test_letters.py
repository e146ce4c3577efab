"""A run of dunning letters: numbers without gaps, what is left out and why, the letter itself, pausing."""

import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, repeat

import pikepdf
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import F
from pypdf import PdfReader

from core.errors import Refused
from liabilities.bearers import set_bearers
from liabilities.deferral import defer
from liabilities.holds import hold_back
from liabilities.letter_files import for_delivery, for_print
from liabilities.letter_rules import Skip
from liabilities.letter_runs import cut_short, go_on, pause_run, work_runs
from liabilities.limitation import Effect
from liabilities.limitation_facts import record_fact
from liabilities.models import DunningLetter, HoldReason, LetterSkip, RunState
from liabilities.plan import equal_rates, spread
from notifications.models import Message
from residents.actions import record_death
from residents.models import Payer
from tests import make
from tests.liabilities.dunning import TAX, WASTE, arrear, order, run_letters, work
from tests.liabilities.ledger_town import ruling
from tests.payments.paying import start
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def reasons(run: object) -> dict[str, str]:
    """What was left out, by the key of the due or the name of its payer."""
    rows = LetterSkip.objects.filter(run=run).select_related("instalment", "payer")
    return {row.instalment.external_id if row.instalment else row.payer.name: row.reason for row in rows}


def words_of(letter: DunningLetter) -> str:
    """What a reader of the PDF sees, in one line."""
    pages = PdfReader(io.BytesIO(bytes(letter.file.body))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u00a0", " ")


def test_a_letter_says_all_that_the_regulation_asks_for_and_can_be_heard() -> None:
    number = make.pesel(5)
    first, second = arrear(number, "PN-1", days=90), arrear(number, "PN-2", days=30, amount="150,00")
    run = run_letters()
    letter = run.letters.get()
    text = words_of(letter)
    content = json.loads(letter.content)
    assert (run.state, letter.sign) == (RunState.DONE, f"UP/{make.today().year}/000001")
    for said in (
        *(letter.sign, "Anna Nowak", f"PESEL {number.value}", "Lipowa 1", "00-001 Dolina", "Gmina Dolina"),
        *("art. 15 § 1", "w terminie 7 dni od dnia doręczenia", "opłaty manipulacyjnej 100 zł", "art. 36 § 4"),
        *("600,00 zł", "150,00 zł", "16,00 zł", "stosunku rocznym", "Tomasz Skarbnik", "o zmianie adresu"),
    ):
        assert said in text, said
    assert letter.principal == first.outstanding + second.outstanding
    assert Decimal(content["total"]) == letter.principal + letter.interest + 16
    (transfer,) = content["transfers"]
    assert transfer["code"].split("|")[2:4] == [make.ACCOUNT, f"{int(Decimal(content['total']) * 100):06d}"]
    with pikepdf.open(io.BytesIO(bytes(letter.file.body))) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert "/StructTreeRoot" in pdf.Root


def test_what_gets_no_letter_is_listed_with_the_reason(anna_payer: Payer) -> None:
    today, anna, jan = make.today(), make.pesel(1), make.pesel(2)
    arrear(anna, "SPORNA")
    hold_back(make.instalment("SPORNA"), reason=HoldReason.DISPUTE, note="SKO.1", until_on=None, on=today, by=make.BY)
    deferred, planned = arrear(anna, "ODROCZONA"), arrear(anna, "NA-RATY")
    defer(deferred, ruling(today), until=today + timedelta(days=40), with_fee=False, by=make.BY, at=make.now())
    terms = [today + timedelta(days=30 * place) for place in (1, 2)]
    spread(
        payer_id=anna_payer.pk,
        instalment_ids=[planned.pk],
        rates=equal_rates(planned.outstanding, terms),
        ruling=ruling(today),
        with_fee=False,
        by=make.BY,
        at=make.now(),
    )
    arrear(anna, "DAWNA", days=366 * 7)
    told = arrear(anna, "PRZYPOMNIANA")
    Message.objects.create(
        kind="due_passed", topic_code="x", channel="sms", priority=1, payer=anna_payer, dedupe_key="x",
        about=f"instalment:{told.pk}", state="sent", sent_at=make.now() - timedelta(days=2),
    )  # fmt: skip
    arrear(jan, "DROBNA", amount="20,00", name="Jan Mały")
    arrear(make.pesel(3), "PO-ZMARLYM", name="Zofia Zmarła")
    record_death(Payer.objects.get(name="Zofia Zmarła"), deceased_on=today, on=today, by=make.BY)
    arrear(make.pesel(4, born=date(today.year - 10, 1, 1)), "DZIECKA", name="Ola Mała")
    make.dues(make.row(make.pesel(6), key="BEZ", name="Bez Adresu", due_on=today - timedelta(days=60), amount="900"))
    arrear(make.pesel(7), "CYWILNA", kind="DZIERZAWA", name="Ewa Dzierżawi")
    arrear(make.pesel(8), "SWIEZA", days=10, name="Ewa Świeża")
    run = run_letters()
    rates = {key: reason for key, reason in reasons(run).items() if reason == Skip.IN_PLAN}
    assert len(rates) == 2
    assert reasons(run) == {
        "SPORNA": Skip.HELD,
        "ODROCZONA": Skip.DEFERRED,
        "DAWNA": Skip.BARRED,
        "PRZYPOMNIANA": Skip.INFORMED,
        "Jan Mały": Skip.SMALL,
        "Zofia Zmarła": Skip.DECEASED,
        "Ola Mała": Skip.MINOR,
        "Bez Adresu": Skip.NO_ADDRESS,
        **rates,
    }
    assert run.letters.count() == 0
    record_fact(
        make.instalment("DAWNA"), effect=Effect.SECURED, from_on=today - timedelta(days=2000), until_on=None,
        basis="hipoteka", by=make.BY,
    )  # fmt: skip
    again = run_letters()
    assert [line.instalment.external_id for line in again.letters.get().lines.all()] == ["DAWNA"]
    assert reasons(run_letters())["DAWNA"] == Skip.ALREADY


def test_a_payment_under_way_keeps_its_due_out(anna_payer: Payer, sandbox: Sandbox) -> None:
    arrear(make.pesel(1), "W-DRODZE")
    start(anna_payer, make.account("a@example.com"), "W-DRODZE")
    assert reasons(run_letters()) == {"W-DRODZE": Skip.IN_TRANSIT}


def test_everybody_who_owes_a_due_gets_a_letter_of_their_own_and_a_minor_through_a_parent() -> None:
    due = arrear(make.pesel(1), "WSPOLNA")
    child = make.payer(make.pesel(9, born=date(make.today().year - 9, 1, 1)), "Ola Nowak")
    Payer.objects.filter(pk=child.pk).update(street="Lipowa 1", postal_code="00-001", city="Dolina")
    set_bearers({due.liability_id: [child.pk]}, reason="spadek", by=make.BY)
    make.mandate(make.account("m@example.com", name="Maria Nowak"), child, basis="parent")
    run = run_letters()
    first, second = run.letters.order_by("number")
    assert {first.payer.name, second.payer.name} == {"Anna Nowak", "Ola Nowak"}
    assert first.principal == second.principal == 600
    childs = words_of(second if second.payer == child else first)
    assert "Maria Nowak przedstawiciel ustawowy: Ola Nowak" in childs
    assert "odpowiadają solidarnie" in childs


def test_letters_come_in_postal_order_as_one_file_for_print_and_each_by_itself_for_e_delivery() -> None:
    places = [("Zet", "02-200", "Dolina"), ("Alfa", "01-100", "Dolina"), ("Beta", "01-100", "Borek")]
    for serial, (name, code, city) in enumerate(places, start=1):
        due = arrear(make.pesel(serial), name, name=name)
        Payer.objects.filter(pk=due.liability.payer_id).update(postal_code=code, city=city)
    run = run_letters()
    assert [letter.payer.name for letter in run.letters.order_by("number")] == ["Beta", "Alfa", "Zet"]
    pages = sum(len(PdfReader(io.BytesIO(bytes(letter.file.body))).pages) for letter in run.letters.all())
    with for_print(run, 1, two_sided=False) as file:
        printed = PdfReader(file)
        assert len(printed.pages) == pages
        assert "UP/" in printed.pages[0].extract_text()
    with for_print(run, 1, two_sided=True) as file:
        assert len(PdfReader(file).pages) % 2 == 0
    with for_delivery(run, 1) as file, zipfile.ZipFile(file) as packed:
        names = packed.namelist()
        index = packed.read("spis.csv").decode("utf-8-sig").splitlines()
    assert (len(names), len(index)) == (4, 4)
    assert index[1].startswith(f"UP/{make.today().year}/000001;{names[0]};Beta;")
    with pytest.raises(Refused):
        for_print(run, 2, two_sided=False)


def test_a_number_is_given_once_and_never_leaves() -> None:
    for serial in (1, 2):
        arrear(make.pesel(serial), f"D-{serial}")
    first = run_letters()
    arrear(make.pesel(3), "D-3")
    second = run_letters()
    assert [letter.number for letter in DunningLetter.objects.order_by("number")] == [1, 2, 3]
    letter = first.letters.first()
    assert letter is not None
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM liabilities_dunningletter WHERE id = %s", [letter.pk])
    with pytest.raises(InternalError), transaction.atomic():
        DunningLetter.objects.filter(pk=letter.pk).update(number=F("number") + 10)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO liabilities_letterline (letter_id, payer_id, instalment_id, principal, interest, is_live)"
            " SELECT %s, payer_id, instalment_id, 1, 0, true FROM liabilities_letterline LIMIT 1",
            [second.letters.get().pk],
        )


def test_a_run_rests_where_the_treasurer_says_so_and_may_be_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liabilities.letter_runs.ADDRESSEES", 1)
    for serial in (1, 2, 3):
        arrear(make.pesel(serial), f"D-{serial}")
    run = order()
    with pytest.raises(Refused, match="jeszcze trwa"):
        order()
    pause_run(run, by=make.BY)
    assert (work(), run.letters.count()) == (0, 0)
    go_on(run, by=make.BY)
    with pytest.raises(Refused, match="nie jest wstrzymana"):
        go_on(run, by=make.BY)
    now = make.now()
    moments = chain([now] * 3, repeat(now + timedelta(hours=1)))  # time for one batch
    work_runs(clock=lambda: next(moments), by=make.BY, seconds=240)
    numbered = run.letters.count()
    assert 0 < numbered < 3
    pause_run(run, by=make.BY)
    assert cut_short(run, reason="zła lista", by=make.BY) == 3 - numbered
    assert work() == numbered
    run.refresh_from_db()
    assert (run.state, run.letters.count()) == (RunState.DONE, numbered)


@pytest.mark.parametrize(
    ("kinds", "more", "code"),
    [
        (("DZIERZAWA",), {}, "not_public"),
        ((TAX,), {"signer": " "}, "signer_missing"),
        ((WASTE,), {}, "nobody_owes"),
    ],
)
def test_an_order_that_cannot_be_is_refused(kinds: tuple[str, ...], more: dict[str, str], code: str) -> None:
    arrear(make.pesel(1), "D-1")
    with pytest.raises(Refused) as refusal:
        order(*kinds, **more)
    assert refusal.value.code == code
