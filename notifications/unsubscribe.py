"""The link by which an e-mail is unsubscribed from: whose consent, to what, signed by the portal's own key (RFC 8058).

It needs no sign-in and does not expire: an e-mail may lie for years. All it can do is take back the consent to one kind
of notification by e-mail.
"""

from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.urls import reverse

from consents.models import Topic

SALT = "notifications.unsubscribe"


def unsubscribe_url(payer_id: int, topic: str) -> str:
    """The address for the e-mails about *topic* to the payer."""
    token = _signer(settings.SECRET_KEY).sign_object([payer_id, topic], compress=False)
    before, after = _around_token()
    return f"{settings.BASE_URL}{before}{token}{after}"


@lru_cache(maxsize=2)
def _signer(key: str) -> signing.Signer:
    return signing.Signer(key=key, salt=SALT)


@lru_cache(maxsize=1)
def _around_token() -> tuple[str, str]:
    """The path before and after the token, looked up once: a campaign asks for it a hundred thousand times."""
    before, _, after = reverse("notifications:unsubscribe", args=["token"]).rpartition("token")
    return before, after


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
