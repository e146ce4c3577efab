"""Making, following and revoking the tokens by which finance systems send dues."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.models import ApiToken, TokenScope

TOKEN_BYTES = 32
PREFIX = "spm_"
USE_NOTED_EVERY = timedelta(minutes=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    *, name: str, source: str, by: Actor, at: datetime, scope: str = TokenScope.DUES_WRITE
) -> tuple[ApiToken, str]:
    """A new token for the finance system *source*, and its text, which is kept nowhere.

    Raises Refused `token_by_nobody` unless an account makes it.
    """
    if by.account_id is None:
        raise Refused("token_by_nobody", "Token tworzy zalogowany pracownik.")
    text = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            name=name, source=source, scope=scope, token_sha256=_digest(text), made_at=at, made_by_id=by.account_id
        )
        audit.record("make_api_token", f"api_token:{token.pk}", by=by, source=source, scope=scope)
    return token, text


def revoke_token(token: ApiToken, *, by: Actor, at: datetime) -> bool:
    """End *token*; says whether it was in force."""
    with transaction.atomic():
        ended = bool(ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at))
        if ended:
            audit.record("revoke_api_token", f"api_token:{token.pk}", by=by)
    return ended


def follow_token(text: str, *, at: datetime) -> ApiToken | None:
    """The token of *text* while it is in force; None otherwise. That it was used is noted once a minute."""
    token = ApiToken.objects.filter(token_sha256=_digest(text), revoked_at__isnull=True).first()
    if token is not None:
        unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=at)
    return token
