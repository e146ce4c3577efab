"""Signing out here signs out at the node, too: on a shared computer the next person must not find it open."""

import json
import logging

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest
from django.utils import timezone

from core.encryption import seal, unseal
from core.errors import Refused
from residents.federated.login_gov_pl.answers import Answer
from residents.federated.login_gov_pl.node import node_of
from residents.federated.login_gov_pl.soap import end_session

AT_NODE = "at_node"
logger = logging.getLogger("spm.login_gov_pl")


def sealed_session(slug: str, answer: Answer) -> str:
    """What ends the session at the node, as it may lie in our session."""
    return seal(json.dumps({"slug": slug, "name_id": answer.name_id, "session_index": answer.session_index}))


def leave_node(request: HttpRequest) -> None:
    """End the session at the node, if this one came from there. A node that is away does not keep anybody in."""
    kept = request.session.pop(AT_NODE, "")
    if not kept:
        return
    said = json.loads(unseal(kept))
    try:
        node = node_of(get_adapter().get_app(request, provider="saml", client_id=said["slug"]))
        if node.logout_url and said["session_index"]:
            end_session(node, name_id=said["name_id"], session_index=said["session_index"], at=timezone.now())
    except SocialApp.DoesNotExist:
        return
    except Refused as refusal:
        logger.warning("signing out at the node failed: %s", refusal.code)
