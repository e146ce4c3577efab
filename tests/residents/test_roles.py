"""Staff roles: groups made by migration, given by the administrator, each with the least that its work needs."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from core.models import AuditEntry
from residents.models import Account
from tests import make
from tests.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # Unfold's templates miss variables
PEOPLE = {"view_payer", "view_contact", "view_accessrecord", "view_instalment", "view_payment", "view_message"}


@pytest.fixture
def manager(db: None) -> Account:
    """Has the administrator's role."""
    who = make.account("kierownik@example.com", name="Kinga Kierownik", is_staff=True)
    who.groups.add(Group.objects.get(name="Administrator"))
    return who


def roles_of(account: Account) -> set[str]:
    """The names of the account's groups."""
    return set(account.groups.values_list("name", flat=True))


def test_the_five_roles_are_there() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {
        "Administrator",
        "Inspektor ochrony danych",
        "Księgowość",
        "Referent",
        "Zarządzanie kryzysowe",
    }


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("Administrator", set()),
        ("Zarządzanie kryzysowe", set()),
        ("Inspektor ochrony danych", {"view_payer", "view_accessrecord"}),
        ("Księgowość", {"view_payer", "view_instalment", "view_payment", "view_message"}),
        ("Referent", {"view_payer", "view_contact", "view_message"}),
    ],
)
def test_a_role_sees_of_people_what_its_work_needs(role: str, sees: set[str]) -> None:
    granted = Group.objects.get(name=role).permissions.filter(codename__in=PEOPLE)
    assert set(granted.values_list("codename", flat=True)) == sees


def test_no_role_deletes_anything() -> None:
    assert not Group.objects.filter(permissions__codename__startswith="delete_").exists()


def test_the_administrator_makes_somebody_a_clerk_and_takes_it_back(signed_in: SignIn, manager: Account) -> None:
    who = make.account("nowa@example.com", name="Nowa Referentka")
    desk, page = signed_in(manager), reverse("admin:residents_account_role", args=[who.pk])
    desk.post(page, {"roles": [Group.objects.get(name="Referent").pk]})
    who.refresh_from_db()
    assert (who.is_staff, roles_of(who)) == (True, {"Referent"})
    clerk = signed_in(who)
    assert clerk.get(reverse("admin:residents_payer_changelist")).status_code == 200
    desk.post(page, {})
    who.refresh_from_db()
    assert (who.is_staff, roles_of(who)) == (False, set())
    assert clerk.get(reverse("admin:residents_payer_changelist")).status_code == 302
    told = AuditEntry.objects.filter(verb="set_roles").order_by("pk")
    assert [(entry.details["before"], entry.details["after"]) for entry in told] == [
        ([], ["Referent"]),
        (["Referent"], []),
    ]


def test_nobody_changes_their_own_role_nor_the_command_lines_account(
    signed_in: SignIn, manager: Account, administrator: Account
) -> None:
    desk = signed_in(manager)
    for who, words in ((manager, "Swojej roli nie zmienia się samemu."), (administrator, "To konto techniczne.")):
        page = desk.post(reverse("admin:residents_account_role", args=[who.pk]), {})
        assert words in page.text
    assert roles_of(manager) == {"Administrator"}


def test_a_clerk_gives_nobody_a_role(signed_in: SignIn, clerk: Account, anna: Account) -> None:
    page = reverse("admin:residents_account_role", args=[anna.pk])
    said = {"roles": [Group.objects.get(name="Administrator").pk]}
    assert signed_in(clerk).post(page, said).status_code == 403
    assert roles_of(anna) == set()
