"""Second factors: kept sealed, demanded of staff, taken off by another administrator when they are lost."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from core import audit
from core.actor import Actor
from core.encryption import seal, unseal
from core.errors import Refused
from residents.models import Account
from residents.notices import tell
from residents.sessions import end_sessions

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Bends allauth's second factors to the house."""

    def encrypt(self, text: str) -> str:
        """Secrets of authenticator apps and seeds of recovery codes lie sealed, as PESEL does."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given."""
        return unseal(encrypted_text)

    def _get_site_name(self) -> str:
        return str(settings.TOWN["name"])

    def generate_authenticator_name(self, user: Account, type: str) -> str:  # noqa: A002  allauth names it
        """A name to begin with; its owner may give another."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return f"Klucz {number}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff who must have a second factor keep the last one."""
        if not must_have_factor(authenticator.user):
            return True
        return bool(factors_of(authenticator.user) - {authenticator.pk})


def factors_of(account: Account) -> set[int]:
    """The second factors of *account*; recovery codes are none by themselves."""
    return set(Authenticator.objects.filter(user=account, type__in=FACTORS).values_list("pk", flat=True))


def must_have_factor(account: Account) -> bool:
    """Whether the office's pages stay shut to *account* until it has a second factor."""
    return settings.STAFF_SECOND_FACTOR and account.is_staff


def was_factor_shown(session: SessionBase) -> bool:
    """Whether a second factor was shown in this very session: at signing in, or when asked for it later."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(record.get("method") == "mfa" for record in records)


def shows_codes(account: Account) -> bool:
    """Whether *account* can be asked for a code from an app; otherwise it has a key alone."""
    return bool(Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists())


def remove_second_factor(account: Account, *, checked_how: str, by: Actor) -> None:
    """Take off every second factor of *account*, whose owner lost theirs, and end its sessions; its owner is told.

    *checked_how* says how the clerk made sure who asks. Raises Refused `own_factor` (nobody does it for oneself) and
    `no_factor`.
    """
    if by.account_id == account.pk:
        raise Refused("own_factor", "Własnego drugiego składnika nie usuwa się samemu.", mend="Poproś kogoś innego.")
    with transaction.atomic():
        Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        gone, _ = Authenticator.objects.filter(user=account).delete()
        if not gone:
            raise Refused("no_factor", "To konto nie ma drugiego składnika.")
        audit.record("remove_second_factor", f"account:{account.pk}", by=by, checked_how=checked_how)
        tell(account, "second_factor_removed")
        end_sessions(account, by=by)
