"""The link by which an e-mail is unsubscribed from: whose consent, to what, signed by the portal's own key (RFC 8058).

It needs no sign-in and does not expire: an e-mail may lie for years. All it can do is take back the consent to one kind
of notification by e-mail.
"""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from consents.models import Topic

SALT = "notifications.unsubscribe"


def unsubscribe_url(payer_id: int, topic: str) -> str:
    """The address for the e-mails about *topic* to the payer."""
    token = signing.Signer(salt=SALT).sign_object([payer_id, topic], compress=False)
    return f"{settings.BASE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def read_token(token: str) -> tuple[int, str] | None:
    """The payer's id and the kind's code; None for a token that is not ours."""
    try:
        payer_id, topic = signing.Signer(salt=SALT).unsign_object(token)
        return int(payer_id), str(topic)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def topics_by_consent() -> frozenset[str]:
    """The kinds for which consent is the basis: only these can be unsubscribed from."""
    return frozenset(Topic.objects.filter(basis=Topic.Basis.CONSENT).values_list("code", flat=True))
