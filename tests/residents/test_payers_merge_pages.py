"""The clerk's way through merging two records and parting them again."""

import pytest
from django.template import engines
from django.urls import reverse

from residents.merging import merge_payers
from residents.models import AccessRecord, Account, MergeUndo, Payer, PayerMerge
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
FIRST, SECOND = make.pesel(1), make.pesel(2)
WHY = "Ten sam akt urodzenia, dwa razy wpisany."


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there, and count on their being empty."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def pair() -> tuple[Payer, Payer]:
    """Two records of one man."""
    pair = make.payer(FIRST, "Jan Kowalski"), make.payer(SECOND, "Kowalski Jan")
    make.dues(make.row(FIRST, key="K-1"), make.row(SECOND, key="D-1", title="Podatek rolny"))
    return pair


def test_the_clerk_sees_what_will_move_says_why_and_merges(
    signed_in: SignIn, clerk: Account, pair: tuple[Payer, Payer]
) -> None:
    kept, duplicate = pair
    make.mandate(make.account("jan@example.com", name="Jan Kowalski"), kept)
    desk, page = signed_in(clerk), reverse("admin:residents_payer_merge", args=[kept.pk])
    assert desk.get(page).status_code == 200
    preview = desk.post(page, {"duplicate": SECOND.value}).text
    assert "należności: 1" in preview
    assert "PESEL w obu wpisach jest inny" in preview
    assert "Dane obu wpisów zobaczą konta: Jan Kowalski" in preview
    assert FIRST.value not in preview
    assert SECOND.value not in preview
    assert not PayerMerge.objects.exists()
    silent = desk.post(page, {"duplicate": duplicate.pk, "confirm": "1", "reason": ""})
    assert silent.status_code == 200
    assert not PayerMerge.objects.exists()
    done = desk.post(page, {"duplicate": duplicate.pk, "confirm": "1", "reason": WHY}, follow=True)
    assert "Wpisy połączone." in done.text
    merge = PayerMerge.objects.get()
    assert (merge.kept, merge.duplicate, merge.reason, merge.by_name) == (kept, duplicate, WHY, "Maria Referent")
    assert make.instalment("D-1").liability.payer == kept
    looked = AccessRecord.objects.filter(what="łączenie wpisów").values_list("payer", flat=True)
    assert set(looked) == {kept.pk, duplicate.pk}


def test_the_card_of_the_duplicate_leads_on_and_parts_them_again(
    signed_in: SignIn, clerk: Account, pair: tuple[Payer, Payer]
) -> None:
    kept, duplicate = pair
    merge_payers(kept=kept, duplicate=duplicate, reason=WHY, by=make.BY, at=make.now())
    desk = signed_in(clerk)
    card = desk.get(reverse("admin:residents_payer_change", args=[duplicate.pk])).text
    assert reverse("admin:residents_payer_change", args=[kept.pk]) in card
    found = desk.post(reverse("admin:residents_payer_changelist"), {"q": SECOND.value})
    assert found.headers["Location"] == reverse("admin:residents_payer_change", args=[kept.pk])
    found = desk.post(reverse("admin:residents_payer_changelist"), {"q": kept.number.lower()})
    assert found.headers["Location"] == reverse("admin:residents_payer_change", args=[kept.pk])
    page = reverse("admin:residents_payer_part", args=[duplicate.pk])
    assert WHY in desk.get(page).text
    assert "są znowu dwa wpisy" in desk.post(page, follow=True).text
    assert MergeUndo.objects.get().by_name == "Maria Referent"
    assert "nie jest z niczym połączony" in desk.post(page, follow=True).text
    assert WHY in desk.get(reverse("admin:residents_payermerge_changelist")).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "To pole jest wymagane."),
        (make.pesel(9).value, "Nikt w rejestrze nie ma tego numeru."),
        ("P-999999", "Nikt w rejestrze nie ma tego numeru."),
        ("123", "To nie jest PESEL, NIP, REGON ani KRS."),
        ("44051401358", "Cyfra kontrolna numeru PESEL się nie zgadza."),
        (FIRST.value, "To ten sam wpis."),
    ],
)
def test_a_wrong_number_is_told_in_words_and_nothing_happens(
    signed_in: SignIn, clerk: Account, pair: tuple[Payer, Payer], typed: str, words: str
) -> None:
    page = signed_in(clerk).post(reverse("admin:residents_payer_merge", args=[pair[0].pk]), {"duplicate": typed})
    assert page.status_code == 200
    assert words in page.text
    assert not PayerMerge.objects.exists()


def test_a_number_in_the_reason_is_refused_with_the_preview_still_there(
    signed_in: SignIn, clerk: Account, pair: tuple[Payer, Payer]
) -> None:
    kept, duplicate = pair
    page = signed_in(clerk).post(
        reverse("admin:residents_payer_merge", args=[kept.pk]),
        {"duplicate": duplicate.pk, "confirm": "1", "reason": f"stary PESEL {FIRST.value}"},
    )
    assert "Nie wpisuj tu numerów." in page.text
    assert "należności: 1" in page.text
    assert not PayerMerge.objects.exists()


def test_a_record_that_a_colleague_merged_meanwhile_is_not_merged_again(
    signed_in: SignIn, clerk: Account, pair: tuple[Payer, Payer]
) -> None:
    kept, duplicate = pair
    merge_payers(kept=kept, duplicate=duplicate, reason=WHY, by=make.BY, at=make.now())
    told = signed_in(clerk).post(
        reverse("admin:residents_payer_merge", args=[kept.pk]),
        {"duplicate": duplicate.pk, "confirm": "1", "reason": WHY},
        follow=True,
    )
    assert "połączono już z innym" in told.text
    assert PayerMerge.objects.count() == 1
