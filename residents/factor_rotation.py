"""Second factors sealed anew, under the newest key: allauth keeps their secrets inside a JSON column of its own."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from core.encryption import SealBroken, seal, sealed_prefix, unseal
from core.rotation import Resealed

SECRETS = ("secret", "seed")  # of an authenticator app, of recovery codes


def reseal_factors() -> Resealed:
    """Seal every secret of second factors by the newest key; a secret that no key opens stays as it is."""
    old = [factor.pk for factor in Authenticator.objects.order_by("pk") if _old_secrets(factor)]
    told = Resealed(Authenticator._meta.label, len(old))
    for key in old:
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update(of=("self",)).filter(pk=key).first()
            if factor is None:  # taken off since we looked
                continue
            try:
                factor.data.update({name: seal(unseal(factor.data[name])) for name in _old_secrets(factor)})
            except SealBroken:
                told.unreadable.append(key)
                continue
            factor.save(update_fields=["data"])
        told.done += 1
    return told


def _old_secrets(factor: Authenticator) -> list[str]:
    newest = sealed_prefix()
    return [name for name in SECRETS if not str(factor.data.get(name, newest)).startswith(newest)]
