"""The one door to a payer's data: checks the mandate, writes the record of who looked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.addresses import client_address
from residents.mandates import stands_for
from residents.models import AccessRecord, Account, Mandate, Payer
from residents.models.mandate import Scope
from residents.queries import mandates_of

CHOSEN = "payer_id"
KEPT = "_mandates_in_force"
SEEN = "_payer_in_view"
REASONS = "look_reasons"
LOOKS = "looks_recorded"
REASON_MINUTES = 15
P = ParamSpec("P")


class NotCovered(PermissionDenied):
    """The mandate does not cover this; the words are for the person."""


class NotConfirmed(Exception):
    """The account acts for nobody yet: its owner must confirm their identity first."""


class MandateLapsed(NotConfirmed):
    """The mandate chosen in this session is over. The session acts for another payer from now on, never this request:
    what it meant for the one must not happen to the other.
    """


def account_of(request: HttpRequest) -> Account:
    """The signed-in account. Raises PermissionDenied when nobody is signed in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def address_of(request: HttpRequest) -> str:
    """The address that the request comes from, as the proxies that we trust tell it; '' when unknown."""
    return client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.TRUSTED_PROXIES,
    )


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, and for whom: the payer whose door it came through, none for staff."""
    account = account_of(request)
    return Actor(
        name=account.get_full_name(),
        account_id=account.pk,
        payer_id=getattr(request, SEEN, None),
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


def act_for(request: HttpRequest, payer_id: int | None) -> None:
    """This session acts for that payer from now on, None for whoever comes first.

    Forms that were opened before, in another tab or behind «back», were meant for somebody else: their token holds no
    longer, so that sending them does nothing.
    """
    if payer_id == request.session.get(CHOSEN):
        return
    if payer_id is None:
        request.session.pop(CHOSEN)
    else:
        request.session[CHOSEN] = payer_id
    rotate_token(request)


def mandate_in_view(request: HttpRequest) -> Mandate:
    """The mandate under which this request acts: the one chosen in the session, else the first.

    Raises NotConfirmed when the account has none in force, MandateLapsed when the chosen one is over and others are
    not; either way the person is told what is over.
    """
    mandates = _mandates(request)
    chosen = request.session.get(CHOSEN)
    mandate = next((mandate for mandate in mandates if mandate.payer_id == chosen), None)
    if mandate is not None:
        return mandate
    if chosen is not None:
        _tell_lapsed(request, chosen, mandates)
    if not mandates:
        act_for(request, None)
        raise NotConfirmed
    if chosen is not None:
        act_for(request, mandates[0].payer_id)
        raise MandateLapsed
    request.session[CHOSEN] = mandates[0].payer_id
    return mandates[0]


def _tell_lapsed(request: HttpRequest, payer_id: int, others: tuple[Mandate, ...]) -> None:
    account = account_of(request)
    last = account.mandates.filter(payer_id=payer_id).select_related("payer").order_by("-valid_from", "-pk").first()
    if last is None:
        return
    ran_out = last.valid_until is not None and last.valid_until <= timezone.now()
    over = "wygasło" if ran_out and last.revoked_at in {None, last.valid_until} else "zostało odwołane"
    words = f"Umocowanie do działania w imieniu: {last.payer.name} {over}."
    if request.method not in {"GET", "HEAD"}:
        words = f"{words} Tego, co przed chwilą wybrano, nie zrobiliśmy."
    if others:
        words = f"{words} Działasz teraz jako: {others[0].payer.name}."
    messages.warning(request, words)
    audit.record("mandate_lapsed", f"payer:{payer_id}", by=actor_of(request), mandate=last.pk)


def payer_in_view(request: HttpRequest, *, what: str, to_pay: bool = False, to_decide: bool = False) -> Payer:
    """The payer whose data this request may see, with the look recorded as *what*.

    Raises NotConfirmed, or NotCovered when *to_pay* or *to_decide* (about the data themselves) asks for more than the
    mandate covers.
    """
    mandate = mandate_in_view(request)
    if to_pay and not mandate.may_pay:
        raise NotCovered("Twoje umocowanie obejmuje tylko podgląd, bez płacenia. Zapłacić może sam płatnik.")
    if to_decide and mandate.scope != Scope.ALL:
        raise NotCovered("Twoje umocowanie nie obejmuje decyzji o danych. Może je podjąć sam płatnik.")
    _record(request, mandate.payer, what=what, basis=mandate.get_basis_display())
    setattr(request, SEEN, mandate.payer_id)
    return mandate.payer


def payers_to_pay(request: HttpRequest) -> list[Payer]:
    """Everybody for whom this account may pay, the payer in view first; tell `look_at_others` what is shown of them."""
    payers = {mandate.payer_id: mandate.payer for mandate in _mandates(request) if mandate.may_pay}
    seen = getattr(request, SEEN, None)
    return sorted(payers.values(), key=lambda payer: (payer.pk != seen, payer.name, payer.pk))


def look_at_others(request: HttpRequest, payers: Iterable[Payer], *, what: str) -> None:
    """Record that this account, which acts for one payer, saw data of other *payers* as well, by its own mandates.

    Raises NotCovered for a payer of whom it has none.
    """
    held = {mandate.payer_id: mandate for mandate in reversed(_mandates(request))}
    for payer in payers:
        if payer.pk == getattr(request, SEEN, None):
            continue
        if payer.pk not in held:
            raise NotCovered("Twoje umocowanie nie obejmuje tego płatnika.")
        _record(request, payer, what=what, basis=held[payer.pk].get_basis_display())


def mandate_seen(request: HttpRequest, pk: int, *, what: str) -> Mandate:
    """The mandate *pk*, for one of its two sides: who acts, and the payer for whom; the look is recorded.

    Raises Http404 for anybody else, and once it is over.
    """
    account, now = account_of(request), timezone.now()
    mandate = (
        Mandate.objects.filter(pk=pk, revoked_at__isnull=True)
        .exclude(valid_until__lte=now)
        .select_related("account", "payer")
        .first()
    )
    if mandate is None or not (mandate.account_id == account.pk or stands_for(account, mandate.payer, at=now)):
        raise Http404
    own = next((held for held in _mandates(request) if held.payer_id == mandate.payer_id), mandate)
    _record(request, mandate.payer, what=what, basis=own.get_basis_display())
    setattr(request, SEEN, mandate.payer_id)
    return mandate


def staff_looked(request: HttpRequest, payer: Payer, *, what: str) -> None:
    """Record that a member of staff opened *payer*'s data, and why when they were asked."""
    _record(request, payer, what=what, basis="zadanie urzędu", reason=reason_given(request, payer))


def staff_looked_at_many(request: HttpRequest, payer_ids: Iterable[int], *, what: str) -> None:
    """Record that a member of staff took a list or a file that shows data of all these payers."""
    account, address = account_of(request), address_of(request)
    AccessRecord.objects.bulk_create(
        (
            AccessRecord(
                account=account,
                account_name=account.get_full_name(),
                payer_id=payer_id,
                what=what,
                basis="zadanie urzędu",
                address=address,
            )
            for payer_id in sorted(set(payer_ids))
        ),
        batch_size=2_000,
    )


def staff_looked_once(request: HttpRequest, payer: Payer, *, what: str) -> None:
    """Record a look that a page repeats as its fields are typed: once in REASON_MINUTES for each payer and session."""
    now = int(timezone.now().timestamp())
    known = {key: until for key, until in request.session.get(LOOKS, {}).items() if until > now}
    if f"{payer.pk}:{what}" in known:
        return
    request.session[LOOKS] = {**known, f"{payer.pk}:{what}": now + REASON_MINUTES * 60}
    staff_looked(request, payer, what=what)


def give_reason(request: HttpRequest, payer: Payer, reason: str) -> None:
    """Why this member of staff opens *payer*'s data, for the next fifteen minutes."""
    now = int(timezone.now().timestamp())
    known = {key: said for key, said in request.session.get(REASONS, {}).items() if said[1] > now}
    request.session[REASONS] = {**known, str(payer.pk): [reason, now + REASON_MINUTES * 60]}


def reason_given(request: HttpRequest, payer: Payer) -> str:
    """The reason given for opening *payer*'s data a short while ago, '' when none was."""
    reason, until = request.session.get(REASONS, {}).get(str(payer.pk), ("", 0))
    return reason if until > timezone.now().timestamp() else ""


def _record(request: HttpRequest, payer: Payer, *, what: str, basis: str, reason: str = "") -> None:
    account = account_of(request)
    AccessRecord.objects.create(
        account=account,
        account_name=account.get_full_name(),
        payer=payer,
        what=what,
        basis=basis,
        reason=reason,
        address=address_of(request),
    )


def for_payer(
    *, what: str, to_pay: bool = False, to_decide: bool = False
) -> Callable[
    [Callable[Concatenate[HttpRequest, Payer, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """A view of a payer's data: signed in, mandate checked, look recorded; the payer comes as second argument.

    Who is not signed in goes to sign in; who has not confirmed their identity goes to confirm it; whose mandate is over
    goes to the first page, and nothing is done.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Payer, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                payer = payer_in_view(request, what=what, to_pay=to_pay, to_decide=to_decide)
            except MandateLapsed:
                return redirect("liabilities:my_dues")
            except NotConfirmed:
                return redirect("residents:confirm")
            return view(request, payer, *args, **kwargs)

        return login_required(update_wrapper(guarded, view))

    return decorate
