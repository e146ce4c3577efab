"""What a person may ask about their own data, and what the office answers (RODO, art. 12, 15 to 17, 20)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.dates import format_date
from core.errors import Refused
from residents.disclosure import kept_by_law, sections
from residents.identity_erasure import erase_payer_identity
from residents.models import AccessRecord, Account, DataRequest, Payer
from residents.models.rodo import RequestKind, RequestState
from residents.notices import tell

DOWNLOADED = "pobranie wszystkich danych"
MOST_DOWNLOADS = 3
DOWNLOADS_IN = timedelta(hours=1)
LONGEST_WISH = 2000


def last_day_to_answer(asked_on: date) -> date:
    """A month after the request came (art. 12 ust. 3): the same day of the next month, or that month's last."""
    first = (asked_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(asked_on.day, last.day))


def check_download(account: Account, *, at: datetime) -> None:
    """Raises Refused `too_many_downloads` when *account* made three archives within an hour."""
    lately = AccessRecord.objects.filter(account=account, what=DOWNLOADED, at__gt=at - DOWNLOADS_IN)
    if lately.count() >= MOST_DOWNLOADS:
        raise too_many_downloads()


def too_many_downloads() -> Refused:
    """The refusal of a fourth archive within an hour."""
    return Refused("too_many_downloads", "W ostatniej godzinie pobrano dane już trzy razy.", mend="Spróbuj za godzinę.")


def ask_correction(payer: Payer, account: Account, *, wish: str, by: Actor, at: datetime) -> DataRequest:
    """Ask the office to correct the payer's data (art. 16). Raises Refused `wish_missing`, `already_asked`."""
    if not wish.strip():
        raise Refused("wish_missing", "Napisz, co jest nie tak i jak powinno być.", where="wish")
    return _ask(payer, account, RequestKind.CORRECTION, wish=wish.strip()[:LONGEST_WISH], by=by, at=at)


def ask_erasure(payer: Payer, account: Account, *, wish: str, by: Actor, at: datetime) -> DataRequest:
    """Ask the office to erase the payer's data (art. 17). Raises Refused `already_asked`."""
    return _ask(payer, account, RequestKind.ERASURE, wish=wish.strip()[:LONGEST_WISH], by=by, at=at)


def _ask(payer: Payer, account: Account, kind: RequestKind, *, wish: str, by: Actor, at: datetime) -> DataRequest:
    with transaction.atomic():
        Payer.objects.select_for_update(of=("self",)).get(pk=payer.pk)
        if DataRequest.objects.filter(payer=payer, kind=kind, state=RequestState.WAITING).exists():
            raise Refused(
                "already_asked", "Taki wniosek już czeka na rozpatrzenie.", mend="Odpowiemy w ciągu miesiąca."
            )
        asked = DataRequest.objects.create(
            payer=payer,
            account=account,
            kind=kind,
            wish=wish,
            asked_at=at,
            answer_by=last_day_to_answer(timezone.localdate(at)),
        )
        audit.record("ask_about_data", f"data_request:{asked.pk}", by=by, kind=str(kind))
    return asked


def accept_request(asked: DataRequest, *, answer: str, by: Actor, at: datetime) -> DataRequest:
    """Grant a request: an erasure is carried out by this, in one transaction; a correction has been made by the clerk.

    Raises Refused `already_decided`.
    """
    with transaction.atomic():
        kept = _locked(asked)
        outcome = _erase(kept.payer, by=by, at=at) if kept.kind == RequestKind.ERASURE else {}
        _decide(kept, RequestState.ACCEPTED, answer=answer, outcome=outcome, by=by, at=at)
    return kept


def refuse_request(asked: DataRequest, *, answer: str, by: Actor, at: datetime) -> DataRequest:
    """Refuse a request and say why (art. 12 ust. 4). Raises Refused `reason_missing`, `already_decided`."""
    if not answer.strip():
        raise Refused("reason_missing", "Podaj powód: mieszkaniec ma prawo go znać.", where="answer")
    with transaction.atomic():
        kept = _locked(asked)
        _decide(kept, RequestState.REFUSED, answer=answer, outcome={}, by=by, at=at)
    return kept


def _locked(asked: DataRequest) -> DataRequest:
    """The request, its payer locked before it: two clerks never decide it twice."""
    Payer.objects.select_for_update(of=("self",)).get(pk=asked.payer_id)
    kept = DataRequest.objects.select_for_update(of=("self",)).select_related("payer", "account").get(pk=asked.pk)
    if kept.state != RequestState.WAITING:
        raise Refused("already_decided", "Ten wniosek jest już rozpatrzony.")
    return kept


def _erase(payer: Payer, *, by: Actor, at: datetime) -> dict[str, Mapping[str, int]]:
    outcome: dict[str, Mapping[str, int]] = {
        section.code: dict(section.erase(payer.pk, by, at)) for section in sections()
    }
    if not any(kept.names_payer for kept in kept_by_law(payer.pk, on=timezone.localdate(at))):
        erase_payer_identity(payer, by=by)
        outcome["residents"] = {**outcome.get("residents", {}), "identity": 1}
    return outcome


def _decide(
    asked: DataRequest,
    state: RequestState,
    *,
    answer: str,
    outcome: Mapping[str, Mapping[str, int]],
    by: Actor,
    at: datetime,
) -> None:
    asked.state, asked.answer, asked.outcome = state, answer.strip(), dict(outcome)
    asked.decided_at, asked.decided_by_name = at, by.name
    asked.save(update_fields=["state", "answer", "outcome", "decided_at", "decided_by_name"])
    is_accepted = state == RequestState.ACCEPTED
    audit.record(
        "accept_data_request" if is_accepted else "refuse_data_request",
        f"data_request:{asked.pk}",
        by=by,
        kind=asked.kind,
        erased={code: dict(counts) for code, counts in outcome.items()},
    )
    tell(asked.account, f"{asked.kind}_{state}", asked_on=format_date(timezone.localdate(asked.asked_at)))
