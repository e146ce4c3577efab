"""E-mails to the owner of an account about that account: written as rows with the fact, sent by a job of their own.

They do not go through `notifications`, which knows payers and consents and stands upstairs: these go to an account.
"""

import logging
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from residents.models import Account, Notice

logger = logging.getLogger("spm.notices")
MOST_TRIES = 30
# Kind → subject and template.
TEXTS = {
    "claim_made": ("Ktoś jeszcze potwierdził Twoją tożsamość", "residents/notices/claim_made.txt"),
    "claim_granted": ("Urząd uznał Twoje konto", "residents/notices/claim_granted.txt"),
    "claim_lost": ("Twoje konto zostało odłączone od danych", "residents/notices/claim_lost.txt"),
    "claim_refused": ("Urząd odrzucił zgłoszenie", "residents/notices/claim_refused.txt"),
    "claim_dismissed": ("Nic się nie zmienia: Twoje konto zostaje", "residents/notices/claim_dismissed.txt"),
    "account_closed": ("Konto zamknięte", "residents/notices/account_closed.txt"),
    "attorney_asked": ("Ktoś prosi, żeby działać w Twoim imieniu", "residents/notices/attorney_asked.txt"),
    "attorney_accepted": ("Urząd przyjął pełnomocnictwo", "residents/notices/attorney_accepted.txt"),
    "attorney_refused": ("Urząd odrzucił pełnomocnictwo", "residents/notices/attorney_refused.txt"),
    "attorney_dismissed": ("Nic się nie zmienia: nikt nie dostał dostępu", "residents/notices/attorney_dismissed.txt"),
    "mandate_granted": ("Ktoś może działać w Twoim imieniu", "residents/notices/mandate_granted.txt"),
    "new_device": ("Logowanie z nowego urządzenia", "residents/notices/new_device.txt"),
    "second_factor_removed": ("Usunięto Twój drugi składnik logowania", "residents/notices/second_factor_removed.txt"),
    "sessions_ended": ("Wylogowano Cię ze wszystkich urządzeń", "residents/notices/sessions_ended.txt"),
    "mandate_ended": ("Umocowanie zostało odwołane", "residents/notices/mandate_ended.txt"),
    "correction_accepted": ("Poprawiliśmy Twoje dane", "residents/notices/correction_accepted.txt"),
    "correction_refused": ("Odpowiedź na wniosek o sprostowanie danych", "residents/notices/correction_refused.txt"),
    "erasure_accepted": ("Usunęliśmy Twoje dane", "residents/notices/erasure_accepted.txt"),
    "erasure_refused": ("Odpowiedź na wniosek o usunięcie danych", "residents/notices/erasure_refused.txt"),
}


def tell(account: Account, kind: str, **facts: str) -> None:
    """Write a notice of *kind* (a key of TEXTS) for *account*, in the caller's transaction."""
    if kind not in TEXTS:
        raise KeyError(kind)
    Notice.objects.create(account=account, kind=kind, facts=facts)


def send_notices(*, at: datetime) -> int:
    """Send what waits, each in a transaction of its own; how many went.

    A crash between the mail server's answer and our note of it sends one twice, which harms nobody. A mail server that
    is away ends the run: the next one goes on. One whose address is refused is tried MOST_TRIES times.
    """
    sent = 0
    waiting = Notice.objects.filter(sent_at__isnull=True, tries__lt=MOST_TRIES).order_by("tries", "pk")
    for key in list(waiting.values_list("pk", flat=True)[:200]):
        try:
            sent += _send(key, at)
        except (SMTPDataError, SMTPRecipientsRefused):
            Notice.objects.filter(pk=key).update(tries=F("tries") + 1)
            logger.warning("notice %s was refused by the mail server", key)
        except OSError as error:
            logger.warning("the mail server is away: %s", type(error).__name__)
            break
    return sent


def _send(key: int, at: datetime) -> int:
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("account")
            .filter(pk=key, sent_at__isnull=True)
            .first()
        )
        if notice is None:
            return 0
        subject, template = TEXTS[notice.kind]
        page = f"{settings.BASE_URL}{reverse('residents:profile')}"
        body = render_to_string(template, {**notice.facts, "town": settings.TOWN, "page": page})
        Notice.objects.filter(pk=key).update(sent_at=at, tries=F("tries") + 1)
        send_mail(subject, body.strip() + "\n", None, [notice.account.email])
    return 1
