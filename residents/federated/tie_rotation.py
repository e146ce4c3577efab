"""What ties accounts to people whom a provider proved, indexed anew under the newest key.

allauth's row holds the keyed index of the PESEL alone (residents/federated/provider.py), so the number comes from the
payer whom the account was proved to be: by a mandate, or by a claim that a clerk was to decide.
"""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q

from core.encryption import fingerprint, fingerprint_prefix, fingerprints
from core.rotation import Resealed
from residents.models import Payer


def index_ties_anew() -> Resealed:
    """Give every tie the index by the newest key; one whose number no payer of the account bears stays as it is."""
    ties = SocialAccount.objects.exclude(uid__startswith=fingerprint_prefix()).order_by("pk")
    old = list(ties.values_list("pk", flat=True))
    told = Resealed(SocialAccount._meta.label, len(old))
    for key in old:
        with transaction.atomic():
            tie = SocialAccount.objects.select_for_update(of=("self",)).filter(pk=key).first()
            if tie is None:  # its account was closed since we looked
                continue
            newest = _newest_index(tie)
            if not newest:
                told.unreadable.append(key)
                continue
            # Who signed in since the new key came is tied by it already.
            if SocialAccount.objects.filter(provider=tie.provider, uid=newest).exists():
                tie.delete()
            else:
                SocialAccount.objects.filter(pk=key).update(uid=newest)
        told.done += 1
    return told


def _newest_index(tie: SocialAccount) -> str:
    """The newest index of the number that *tie* was made by, '' when no payer of its account bears it."""
    proved = Payer.objects.filter(Q(mandates__account=tie.user_id) | Q(claims__account=tie.user_id)).values("pk")
    records = Payer.objects.filter(Q(pk__in=proved) | Q(merged_into__in=proved)).exclude(pesel="")
    return next((fingerprint(one.pesel) for one in records if tie.uid in fingerprints(one.pesel)), "")
