"""An answer is good once, whichever browser brings it."""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from core.errors import Refused
from residents.models import UsedAnswer

SPARE = timedelta(minutes=10)  # more than clocks may differ


def use_once(issuer: str, answer_id: str, *, until: datetime, at: datetime) -> None:
    """Mark the answer as used; it is kept until nobody would take it any more. Raises Refused `replayed`."""
    key = hashlib.sha256(f"{issuer}\n{answer_id}".encode()).hexdigest()
    UsedAnswer.objects.filter(until__lt=at).delete()
    try:
        with transaction.atomic():
            UsedAnswer.objects.create(key=key, until=until + SPARE)
    except IntegrityError as error:
        raise Refused(
            "replayed", "Ta odpowiedź została już raz użyta.", mend="Zaloguj się jeszcze raz od początku."
        ) from error
