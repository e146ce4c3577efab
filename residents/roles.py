"""Who works at the office, and as what: the only way to a role but the command line."""

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.models import Account


def set_roles(account: Account, roles: Collection[Group], *, by: Actor) -> None:
    """Give *account* exactly *roles*; who has one is staff, who has none is staff no more, from the next page on.

    Raises Refused `own_hand` when somebody would change their own, and `not_by_hand` for an account made by command,
    which may do everything.
    """
    if by.account_id == account.pk:
        raise Refused("own_hand", "Swojej roli nie zmienia się samemu.", mend="Poproś drugiego administratora.")
    if account.is_superuser:
        raise Refused("not_by_hand", "To konto techniczne.", mend="Zmienia się je poleceniem na serwerze.")
    with transaction.atomic():
        kept = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        before = sorted(kept.groups.values_list("name", flat=True))
        kept.groups.set(roles)
        kept.is_staff = bool(roles)
        kept.save(update_fields=["is_staff"])
        after = sorted(role.name for role in roles)
        audit.record("set_roles", f"account:{kept.pk}", by=by, before=before, after=after)
