"""A power of attorney filed in the portal: asked for, taken back, accepted or refused by a clerk.

Whether the town knows the number that somebody names is told to nobody but the clerk. The payer is told at once.
"""

from datetime import datetime
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.identity import IdentityNumber, read_identity
from residents.mandates import grant_mandate, lock_mandates, principals_of
from residents.models import Account, AttorneyRequest, Mandate, Payer
from residents.models.attorney import RequestState
from residents.models.mandate import PRINCIPALS, Basis
from residents.notices import tell
from residents.queries import find_payer, mandates_of

MOST_WAITING = 5
HOW = "pełnomocnictwo złożone w portalu"


def is_confirmed(account: Account, *, at: datetime) -> bool:
    """Whether the account's owner proved who they are: only such a person may file a paper."""
    return mandates_of(account, at=at).filter(basis__in=PRINCIPALS).exists()


def ask_to_act(
    account: Account,
    *,
    number: IdentityNumber,
    principal: str,
    scope: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
    scan: "File[bytes]",
    by: Actor,
    at: datetime,
) -> AttorneyRequest:
    """File the paper by which the bearer of *number*, called *principal*, lets *account* act for them.

    Raises Refused `identity_unconfirmed`, `already_confirmed` when it may act for them already, `already_asked`,
    `too_many_waiting`, `ends_before_it_begins`.
    """
    if not is_confirmed(account, at=at):
        raise Refused("identity_unconfirmed", "Najpierw potwierdź, kim jesteś.", mend="Zrobisz to raz, w portalu.")
    if valid_until is not None and valid_until <= max(at, valid_from or at):
        raise Refused(
            "ends_before_it_begins",
            "Pełnomocnictwo kończy się, zanim się zacznie, albo już się skończyło.",
            where="valid_until",
            mend="Sprawdź daty na dokumencie.",
        )
    with transaction.atomic():
        payer = find_payer(number)
        Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        _check_new(account, payer, number, at=at)
        asked = AttorneyRequest.objects.create(
            account=account,
            payer=payer,
            number="" if payer is not None else number.value,
            principal=" ".join(principal.split()),
            scope=scope,
            valid_from=valid_from,
            valid_until=valid_until,
            scan=scan,
            asked_at=at,
        )
        audit.record("ask_to_act", f"attorney_request:{asked.pk}", by=by, scope=scope)
        if payer is not None:
            for own in _owners(payer, account, at=at):
                tell(own, "attorney_asked", who=account.get_full_name(), payer=payer.name)
    return asked


def _check_new(account: Account, payer: Payer | None, number: IdentityNumber, *, at: datetime) -> None:
    if payer is not None and mandates_of(account, at=at).filter(payer=payer).exists():
        raise Refused("already_confirmed", "Twoje konto już działa w imieniu tej osoby lub firmy.", where="number")
    waiting = list(account.attorney_requests.filter(state=RequestState.WAITING))
    if any((payer is not None and one.payer_id == payer.pk) or one.number == number.value for one in waiting):
        raise Refused("already_asked", "To pełnomocnictwo już czeka na decyzję urzędu.", where="number")
    if len(waiting) >= MOST_WAITING:
        raise Refused(
            "too_many_waiting",
            f"Na decyzję czeka już {MOST_WAITING} pełnomocnictw.",
            mend="Następne złożysz, gdy urząd rozpatrzy poprzednie.",
        )


def _owners(payer: Payer, account: Account, *, at: datetime) -> list[Account]:
    """Whose the payer is, but for the one who asks."""
    return [own.account for own in principals_of(payer, at=at).exclude(account=account)]


def principal_of(asked: AttorneyRequest, *, at: datetime) -> Payer | None:
    """Who bears the number that was named; registered since, perhaps. None when nobody does."""
    if asked.payer is not None or not asked.number:
        return asked.payer
    return find_payer(read_identity(asked.number, on=timezone.localdate(at)))


def accept_request(asked: AttorneyRequest, *, by: Actor, at: datetime) -> Mandate:
    """The paper is good: the account may act, in its scope and term; both sides are told.

    Raises Refused `request_decided`, `principal_unknown`, `own_hand`, and as `grant_mandate`.
    """
    if by.account_id == asked.account_id:
        raise Refused("own_hand", "Swojego pełnomocnictwa nie przyjmuje się samemu.", mend="Poproś drugą osobę.")
    payer = principal_of(asked, at=at)
    if payer is None:
        raise Refused(
            "principal_unknown",
            "Nikt w rejestrze nie ma numeru podanego w zgłoszeniu.",
            mend="Zarejestruj najpierw tego płatnika albo odmów.",
        )
    with transaction.atomic():
        lock_mandates(payer, at=at)
        kept = _locked(asked)
        begins = kept.valid_from if kept.valid_from is not None and kept.valid_from > at else None
        mandate = grant_mandate(
            account=kept.account,
            payer=payer,
            basis=Basis.ATTORNEY,
            scope=kept.scope,
            confirmed_how=HOW,
            by=by,
            at=at,
            valid_from=begins,
            valid_until=kept.valid_until,
        )
        Mandate.objects.filter(pk=mandate.pk).update(scan=kept.scan.name)
        mandate.refresh_from_db()
        kept.payer, kept.mandate, kept.scan = payer, mandate, ""
        _decide(kept, RequestState.ACCEPTED, reason="", by=by, at=at)
        tell(kept.account, "attorney_accepted", payer=kept.principal)
    return mandate


def refuse_request(asked: AttorneyRequest, *, reason: str, by: Actor, at: datetime) -> None:
    """The paper does not do, for a *reason* that its filer reads; both sides are told.

    Raises Refused `reason_missing`, `request_decided`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Podaj powód: przeczyta go osoba, która złożyła pismo.", where="reason")
    with transaction.atomic():
        kept = _locked(asked)
        _decide(kept, RequestState.REFUSED, reason=" ".join(reason.split()), by=by, at=at)
        tell(kept.account, "attorney_refused", payer=kept.principal)
        _tell_dismissed(kept, at=at)


def withdraw_request(asked: AttorneyRequest, *, by: Actor, at: datetime) -> None:
    """Its filer takes it back. Raises Refused `request_decided`."""
    with transaction.atomic():
        kept = _locked(asked)
        _decide(kept, RequestState.WITHDRAWN, reason="", by=by, at=at)
        _tell_dismissed(kept, at=at)


def _tell_dismissed(asked: AttorneyRequest, *, at: datetime) -> None:
    if asked.payer is not None:
        for own in _owners(asked.payer, asked.account, at=at):
            tell(own, "attorney_dismissed", who=asked.account.get_full_name(), payer=asked.payer.name)


def _locked(asked: AttorneyRequest) -> AttorneyRequest:
    kept: AttorneyRequest = AttorneyRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if kept.state != RequestState.WAITING:
        raise Refused("request_decided", f"To pełnomocnictwo jest już rozpatrzone: {kept.get_state_display()}.")
    return kept


def _decide(asked: AttorneyRequest, state: RequestState, *, reason: str, by: Actor, at: datetime) -> None:
    asked.state, asked.reason, asked.decided_at, asked.decided_by, asked.number = state, reason, at, by.name, ""
    asked.save()
    verb = {
        RequestState.ACCEPTED: "accept_attorney",
        RequestState.REFUSED: "refuse_attorney",
        RequestState.WITHDRAWN: "withdraw_attorney",
    }[state]
    audit.record(verb, f"attorney_request:{asked.pk}", by=by, payer=asked.payer_id, account=asked.account_id)


def drop_requests(rows: "QuerySet[AttorneyRequest]") -> int:
    """Delete *rows* with their scans, which go once the caller's transaction is through; returns how many."""
    found = list(rows)
    for asked in found:
        if asked.scan:
            transaction.on_commit(partial(asked.scan.storage.delete, str(asked.scan.name)))
    AttorneyRequest.objects.filter(pk__in=[asked.pk for asked in found]).delete()
    return len(found)
