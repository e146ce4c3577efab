"""The one door to a payer's data: checks the mandate, writes the record of who looked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.actor import Actor
from residents.models import AccessRecord, Account, Mandate, Payer
from residents.queries import mandates_of

CHOSEN = "payer_id"
KEPT = "_mandates_in_force"
P = ParamSpec("P")


class NotCovered(PermissionDenied):
    """The mandate does not cover this; the words are for the person."""


class NotConfirmed(Exception):
    """The account acts for nobody yet: its owner must confirm their identity first."""


def account_of(request: HttpRequest) -> Account:
    """The signed-in account. Raises PermissionDenied when nobody is signed in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def address_of(request: HttpRequest) -> str:
    """The address that the request comes from, as the server in front tells it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, and for whom."""
    account = account_of(request)
    return Actor(
        name=account.get_full_name(),
        account_id=account.pk,
        payer_id=request.session.get(CHOSEN),
        address=address_of(request),
    )


@dataclass(frozen=True)
class ActingFor:
    """For whom this request acts, and whom else its account may act for."""

    payer: Payer
    mandates: tuple[Mandate, ...]

    @property
    def may_pay(self) -> bool:
        """Whether the mandate for the payer in view covers paying."""
        return any(mandate.may_pay for mandate in self.mandates if mandate.payer_id == self.payer.pk)

    @property
    def others(self) -> bool:
        """Whether there is anybody to switch to."""
        return len(self.mandates) > 1


def _mandates(request: HttpRequest) -> tuple[Mandate, ...]:
    """The account's mandates in force, read once a request."""
    known: tuple[Mandate, ...] | None = getattr(request, KEPT, None)
    if known is None:
        known = tuple(mandates_of(account_of(request), at=timezone.now()))
        setattr(request, KEPT, known)
    return known


def acting_for(request: HttpRequest) -> ActingFor | None:
    """What the strip «Działasz jako …» shows; None for staff and for accounts that act for nobody yet."""
    if not isinstance(request.user, Account) or not (mandates := _mandates(request)):
        return None
    chosen = request.session.get(CHOSEN)
    return ActingFor(next((m.payer for m in mandates if m.payer_id == chosen), mandates[0].payer), mandates)


def mandate_in_view(request: HttpRequest) -> Mandate:
    """The mandate under which this request acts: the one chosen in the session while it holds, else the first.

    Raises NotConfirmed when the account has none in force.
    """
    mandates = _mandates(request)
    if not mandates:
        raise NotConfirmed
    chosen = request.session.get(CHOSEN)
    mandate = next((mandate for mandate in mandates if mandate.payer_id == chosen), mandates[0])
    if mandate.payer_id != chosen:
        request.session[CHOSEN] = mandate.payer_id
    return mandate


def payer_in_view(request: HttpRequest, *, what: str, to_pay: bool = False) -> Payer:
    """The payer whose data this request may see, with the look recorded as *what*.

    Raises NotConfirmed, or NotCovered when the mandate does not cover paying and *to_pay* asks for it.
    """
    mandate = mandate_in_view(request)
    if to_pay and not mandate.may_pay:
        raise NotCovered("Twoje umocowanie obejmuje tylko podgląd, bez płacenia. Zapłacić może sam płatnik.")
    _record(request, mandate.payer, what=what, basis=mandate.get_basis_display())
    return mandate.payer


def staff_looked(request: HttpRequest, payer: Payer, *, what: str) -> None:
    """Record that a member of staff opened *payer*'s data."""
    _record(request, payer, what=what, basis="zadanie urzędu")


def _record(request: HttpRequest, payer: Payer, *, what: str, basis: str) -> None:
    account = account_of(request)
    AccessRecord.objects.create(
        account=account,
        account_name=account.get_full_name(),
        payer=payer,
        what=what,
        basis=basis,
        address=address_of(request),
    )


def for_payer(
    *, what: str, to_pay: bool = False
) -> Callable[
    [Callable[Concatenate[HttpRequest, Payer, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """A view of a payer's data: signed in, mandate checked, look recorded; the payer comes as second argument.

    Who is not signed in goes to sign in; who has not confirmed their identity goes to confirm it.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Payer, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                payer = payer_in_view(request, what=what, to_pay=to_pay)
            except NotConfirmed:
                return redirect("residents:confirm")
            return view(request, payer, *args, **kwargs)

        return login_required(update_wrapper(guarded, view))

    return decorate
