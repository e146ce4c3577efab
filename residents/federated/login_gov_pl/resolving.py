"""Asking the node for the answer that an artifact stands for: SOAP over HTTPS, straight from server to server."""

from datetime import datetime
from uuid import uuid4

from lxml import etree

from core.errors import Refused
from core.http import AnswerLost, OutgoingSession, Unreachable
from residents.federated.login_gov_pl.messages import (
    SAMLP,
    Unreadable,
    artifact_request,
    from_envelope,
    in_envelope,
    on_its_own,
    sign,
)
from residents.federated.login_gov_pl.node import Node
from residents.federated.login_gov_pl.signatures import signed_content

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
LARGEST = 1_000_000  # bytes; an answer has a few thousand
SESSION = OutgoingSession(pool=4)


def resolve_artifact(node: Node, artifact: str, *, at: datetime) -> bytes:
    """The samlp:Response behind *artifact*.

    Raises Refused `unreachable`, `unreadable`, `not_asked`, `bad_signature`, `artifact_spent`.
    """
    request_id = f"ID-{uuid4()}"
    question = artifact_request(request_id=request_id, issuer=node.our_issuer, artifact=artifact, at=at)
    sign(question, node.signing)
    try:
        answer = SESSION.call("POST", node.artifact_url, data=in_envelope(question), headers=HEADERS)
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise _unreachable()
        return _response_in(from_envelope(answer.content, f"{{{SAMLP}}}ArtifactResponse"), node, request_id)
    except (Unreachable, AnswerLost) as error:
        raise _unreachable() from error
    except Unreadable as error:
        raise Refused("unreadable", "Nie umiemy odczytać odpowiedzi serwisu logowania.", mend=AGAIN) from error


AGAIN = "Zaloguj się jeszcze raz. Jeśli to się powtarza, daj nam znać."


def _unreachable() -> Refused:
    return Refused("unreachable", "Serwis logowania nie odpowiada.", mend="Spróbuj za kilka minut.")


def _response_in(envelope: etree._Element, node: Node, request_id: str) -> bytes:
    signed = signed_content(envelope, node.certificates)
    inside = envelope if signed is None else signed
    if inside.get("InResponseTo") != request_id:
        raise Refused("not_asked", "Serwis logowania odpowiedział na inne pytanie.", mend=AGAIN)
    found = inside.findall(f"{{{SAMLP}}}Response")
    if len(found) != 1:  # spent or unknown artifact: the envelope comes empty
        raise Refused("artifact_spent", "Ten kod logowania jest nieznany albo już zużyty.", mend=AGAIN)
    text: bytes = etree.tostring(on_its_own(found[0]))
    return text
