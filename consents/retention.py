"""Forgetting the papers of refused applications (their scans, phones and e-mails), forms that never came back, and
scans that were set aside.

That an application came, and why it was refused, stays; so do accepted ones, which are evidence.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from consents.models import (
    ApplicationState,
    ConsentApplication,
    IncomingScan,
    PrintedForm,
    SignedFile,
    SignedFileState,
)


def _refused(before: datetime) -> "QuerySet[ConsentApplication]":
    refused = ConsentApplication.objects.filter(state=ApplicationState.REJECTED, decided_at__lt=before)
    return refused.exclude(scan="", phone="", email="")


def forget_refused(before: datetime, most: int) -> int:
    """Forget the scans and contacts of at most *most* refused applications; returns how many.

    The file goes before its name: a run that dies between the two finds the row again, and a file that is gone already
    is no fault.
    """
    rows = _refused(before).order_by("pk").select_for_update(of=("self",), skip_locked=True)[:most]
    some = list(rows)
    for paper in some:
        if paper.scan:
            paper.scan.storage.delete(str(paper.scan.name))
    ConsentApplication.objects.filter(pk__in=[paper.pk for paper in some]).update(scan="", phone="", email="")
    return len(some)


def count_refused(before: datetime) -> int:
    """How many refused applications are past their term."""
    return _refused(before).count()


def count_papers(before: datetime) -> int:
    """How many accepted applications are past their term: none of their consents was in force after *before*."""
    accepted = ConsentApplication.objects.filter(state=ApplicationState.ACCEPTED, decided_at__lt=before)
    holding = Q(consents__during__endswith__isnull=True) | Q(consents__during__endswith__gte=before)
    return accepted.exclude(pk__in=accepted.filter(holding, consents__isnull=False).values("pk")).count()


def _closed(before: datetime) -> "QuerySet[SignedFile]":
    return SignedFile.objects.filter(state=SignedFileState.CLOSED, decided_at__lt=before)


def forget_signed_files(before: datetime, most: int) -> int:
    """Delete at most *most* signed files that were set aside; returns how many. Their documents go with core's rule."""
    some = list(_closed(before).order_by("pk").values_list("pk", flat=True)[:most])
    return SignedFile.objects.filter(pk__in=some).delete()[0]


def count_signed_files(before: datetime) -> int:
    """How many signed files that were set aside are past their term."""
    return _closed(before).count()


def _unreturned(before: datetime) -> "QuerySet[PrintedForm]":
    return PrintedForm.objects.filter(is_shared=False, printed_at__lt=before, applications__isnull=True)


def forget_forms(before: datetime, most: int) -> int:
    """Forget at most *most* printed forms that never came back; returns how many. One that does is typed by hand."""
    some = list(_unreturned(before).order_by("pk").values_list("pk", flat=True)[:most])
    PrintedForm.objects.filter(pk__in=some).delete()
    return len(some)


def count_forms(before: datetime) -> int:
    """How many printed forms are past their term."""
    return _unreturned(before).count()


def forget_scans(before: datetime, most: int) -> int:
    """Let go of at most *most* scans that were set aside; returns how many. Their documents go with the unheld ones."""
    old = IncomingScan.objects.filter(set_aside_at__lt=before).order_by("pk")
    some = list(old.values_list("pk", flat=True)[:most])
    IncomingScan.objects.filter(pk__in=some).delete()
    return len(some)


def count_scans(before: datetime) -> int:
    """How many scans that were set aside are past their term."""
    return IncomingScan.objects.filter(set_aside_at__lt=before).count()
