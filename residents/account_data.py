"""An account's own data, whomever it acts for: taken away, and the account closed by its owner (RODO, art. 15, 17, 20).

A payer's data are another matter: residents/rodo.py.
"""

from datetime import datetime
from typing import IO

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.models import AuditEntry
from residents.account_section import ACCOUNT_SECTION
from residents.identity_erasure import close_account
from residents.models import Account
from residents.my_data import Whose, zipped
from residents.notices import tell
from residents.queries import mandates_of
from residents.rodo import DOWNLOADS_IN, MOST_DOWNLOADS, too_many_downloads

DOWNLOADED = "download_account_data"


def account_archive(account: Account, *, by: Actor, at: datetime) -> IO[bytes]:
    """All that the portal knows of *account* as an open nameless file; that it was taken is in the journal.

    Raises Refused `too_many_downloads` after three within an hour.
    """
    subject = f"account:{account.pk}"
    lately = AuditEntry.objects.filter(subject=subject, verb=DOWNLOADED, at__gt=at - DOWNLOADS_IN)
    if lately.count() >= MOST_DOWNLOADS:
        raise too_many_downloads()
    with transaction.atomic():
        audit.record(DOWNLOADED, subject, by=by)
    whose = Whose(f"Konto: {account.get_full_name()}, {account.email}", {"account": account.pk})
    return zipped([ACCOUNT_SECTION], account.pk, whose=whose, at=at)


def check_closable(account: Account, *, at: datetime) -> None:
    """Raises Refused `staff_account` and `acts_for_some` when *account*'s owner cannot close it by themselves."""
    if account.is_staff:
        raise Refused("staff_account", "To konto pracownika urzędu.", mend="Zamknie je administrator.")
    if mandates_of(account, at=at).exists():
        raise Refused(
            "acts_for_some",
            "Z tego konta ktoś działa we własnym imieniu albo w imieniu innych.",
            mend="Odwołaj umocowania w „Moich danych”. Własne dane usuwa urząd, na wniosek ze strony „Twoje prawa”.",
        )


def close_own_account(account: Account, *, by: Actor, at: datetime) -> None:
    """Close an account that acts for nobody, at once; its address goes when the confirmation was sent.

    Raises Refused as `check_closable`.
    """
    with transaction.atomic():
        kept = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        check_closable(kept, at=at)
        close_account(kept, by=by, at=at)
        tell(kept, "account_closed")
