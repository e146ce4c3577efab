"""Signing in the portal: whoever is signed in proves once more who they are, after they have seen what they sign."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from core.errors import Refused
from residents.access import account_of

WAYS = {
    "password": "ponowne podanie hasła",
    "mfa": "ponowne użycie drugiego składnika",
    "socialaccount": "zalogowanie u dostawcy tożsamości",
    "code": "zalogowanie kodem z e-maila",
}
PROVIDER_MINUTES = 10


@dataclass(frozen=True)
class Proof:
    """That the account's owner proved who they are: how, in words, and when."""

    how: str
    at: datetime


def proof_of_signer(request: HttpRequest, *, since: datetime, now: datetime) -> Proof:
    """The newest proof, younger than *since*, the moment when what is signed was put together.

    Raises ReauthenticationRequired, by which allauth asks for the password or the second factor and does this request
    again; for who has neither (signs in by login.gov.pl alone) Refused `sign_in_again` unless they did so just now.
    """
    account = account_of(request)
    records = get_authentication_records(request, account)
    if get_reauthentication_flows(account):
        fresh = [one for one in records if one.get("reauthenticated") and one["at"] >= since.timestamp()]
        if not fresh:
            raise ReauthenticationRequired
    else:
        fresh = [one for one in records if one["at"] >= (now - timedelta(minutes=PROVIDER_MINUTES)).timestamp()]
        if not fresh:
            raise Refused(
                "sign_in_again",
                "Aby podpisać, trzeba się przed chwilą zalogować.",
                mend="Wyloguj się, zaloguj ponownie w ten sam sposób i podpisz w ciągu 10 minut.",
            )
    newest = fresh[-1]
    how = WAYS.get(str(newest.get("method")), "ponowne potwierdzenie tożsamości")
    provider = str(newest.get("provider") or "")
    return Proof(f"{how} ({provider})" if provider else how, datetime.fromtimestamp(newest["at"], UTC))
