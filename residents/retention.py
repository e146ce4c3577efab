"""Forgetting on this floor: codes, sessions, notices and answered requests whose time has passed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from core.forgetting import years_ago
from residents.attorney import drop_requests
from residents.models import (
    AccessRecord,
    Account,
    AttorneyRequest,
    Claim,
    ConfirmationCode,
    Contact,
    DataRequest,
    KnownDevice,
    Mandate,
    Notice,
    OpenSession,
    Payer,
)
from residents.models.rodo import RequestState


def _delete_some(rows: "QuerySet[Model]", most: int) -> int:
    """Delete at most *most* of *rows*, the oldest first; returns how many."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def count_looks(before: datetime) -> int:
    """How many looks are past their term."""
    return AccessRecord.objects.filter(at__lt=before).count()


def _codes(before: datetime) -> "QuerySet[ConfirmationCode]":
    return ConfirmationCode.objects.filter(expires_at__lt=before)


def forget_codes(before: datetime, most: int) -> int:
    """Delete confirmation codes that ran out before *before*, used or not."""
    return _delete_some(_codes(before), most)


def count_codes(before: datetime) -> int:
    """How many codes are past their term."""
    return _codes(before).count()


def _attorney_requests(before: datetime) -> "QuerySet[AttorneyRequest]":
    return AttorneyRequest.objects.filter(decided_at__lt=before)


def forget_attorney_requests(before: datetime, most: int) -> int:
    """Delete filed powers of attorney that were decided before *before*, with their scans."""
    return drop_requests(_attorney_requests(before).order_by("pk")[:most])


def count_attorney_requests(before: datetime) -> int:
    """How many decided ones are past their term."""
    return _attorney_requests(before).count()


def _ended(before: datetime) -> "QuerySet[Session]":
    return Session.objects.filter(expire_date__lt=before)


def _listed(before: datetime) -> "QuerySet[OpenSession]":
    return OpenSession.objects.filter(last_seen_at__lt=before - timedelta(seconds=settings.SESSION_COOKIE_AGE))


def forget_sessions(before: datetime, most: int) -> int:
    """Delete sessions that ended before *before*, and what the owner's list said of them."""
    return _delete_some(_ended(before), most) or _delete_some(_listed(before), most)


def count_sessions(before: datetime) -> int:
    """How many sessions and entries of the owner's list are past their term."""
    return _ended(before).count() + _listed(before).count()


def _devices(before: datetime) -> "QuerySet[KnownDevice]":
    return KnownDevice.objects.filter(last_seen_at__lt=before)


def forget_devices(before: datetime, most: int) -> int:
    """Delete browsers that nobody has signed in from since *before*."""
    return _delete_some(_devices(before), most)


def count_devices(before: datetime) -> int:
    """How many browsers are past their term."""
    return _devices(before).count()


def _notices(before: datetime) -> "QuerySet[Notice]":
    return Notice.objects.filter(made_at__lt=before)


def forget_notices(before: datetime, most: int) -> int:
    """Delete notices written before *before*; one unsent for so long will never go."""
    return _delete_some(_notices(before), most)


def count_notices(before: datetime) -> int:
    """How many notices are past their term."""
    return _notices(before).count()


def _requests(before: datetime) -> "QuerySet[DataRequest]":
    return DataRequest.objects.filter(decided_at__lt=before).exclude(state=RequestState.WAITING)


def forget_requests(before: datetime, most: int) -> int:
    """Delete requests about data that were answered before *before*, none within the last year."""
    return _delete_some(_requests(before).filter(decided_at__lt=years_ago(1)), most)


def count_requests(before: datetime) -> int:
    """How many answered requests are past their term."""
    return _requests(before).count()


def count_idle_accounts(before: datetime) -> int:
    """How many residents' accounts nobody has signed in to since *before*."""
    idle = Q(last_login__lt=before) | Q(last_login__isnull=True, date_joined__lt=before)
    return Account.objects.filter(idle, is_staff=False, is_active=True).count()


def count_ended_mandates(before: datetime) -> int:
    """How many mandates and settled claims ended before *before*."""
    mandates = Mandate.objects.filter(Q(revoked_at__lt=before) | Q(valid_until__lt=before))
    return mandates.count() + Claim.objects.filter(decided_at__lt=before).count()


def count_bare_payers(before: datetime) -> int:
    """How many payers registered before *before* have no contact and no mandate: perhaps nothing is known of them."""
    held = (Exists(table.objects.filter(payer=OuterRef("pk"))) for table in (Contact, Mandate))
    return Payer.objects.filter(*(~one for one in held), registered_at__lt=before).count()
