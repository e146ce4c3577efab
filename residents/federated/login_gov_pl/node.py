"""How this portal is connected to the national node, as its settings say."""

import re
from dataclasses import dataclass

from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.urls import reverse

from residents.federated.login_gov_pl.answers import Expected
from residents.federated.login_gov_pl.messages import SigningKey
from residents.federated.proven import Named

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Node:
    """The node's addresses and keys, and ours. Without an artifact address the answer comes by the browser."""

    slug: str
    sso_url: str
    artifact_url: str
    logout_url: str
    issuer: str
    certificates: tuple[str, ...]
    our_issuer: str
    signing: SigningKey
    decryption_key: str
    decryption_certificate: str
    least_level: str
    names: Named

    @property
    def answer_url(self) -> str:
        """Where answers come to; said by our own setting, never by the Host header."""
        return f"{settings.BASE_URL}{reverse('saml_acs', args=[self.slug])}"

    @property
    def expected(self) -> Expected:
        """What an answer must be, to be ours."""
        return Expected(
            issuer=self.issuer,
            certificates=self.certificates,
            audience=self.our_issuer,
            recipient=self.answer_url,
            decryption_key=self.decryption_key,
        )


def node_of(app: SocialApp) -> Node:
    """The node that *app*'s settings describe (spm/identity_providers.py)."""
    said = app.settings
    return Node(
        slug=app.client_id,
        sso_url=said["sso_url"],
        artifact_url=said["artifact_url"],
        logout_url=said["logout_url"],
        issuer=said["issuer"],
        certificates=tuple(PEM.findall(said["certificates"])),
        our_issuer=said["our_issuer"] or f"{settings.BASE_URL}{reverse('saml_metadata', args=[app.client_id])}",
        signing=SigningKey(said["signing_key"], said["signing_certificate"]),
        decryption_key=said["decryption_key"],
        decryption_certificate=said["decryption_certificate"],
        least_level=said["least_level"],
        names=Named(**said["names"]),
    )
