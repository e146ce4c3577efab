"""Speaking to the node from server to server: the answer behind an artifact, and the end of a session there.

SOAP 1.1 over HTTPS, signed on both sides.
"""

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
    logout_request,
    on_its_own,
    sign,
)
from residents.federated.login_gov_pl.node import Node
from residents.federated.login_gov_pl.signatures import signed_content

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
LARGEST = 1_000_000  # bytes; an answer has a few thousand
SIGN_OUT_TIMEOUT = (2.0, 4.0)  # seconds to connect, to answer: signing out here must not wait for the node
SESSION = OutgoingSession(pool=4)
AGAIN = "Zaloguj się jeszcze raz. Jeśli to się powtarza, daj nam znać."


def resolve_artifact(node: Node, artifact: str, *, at: datetime) -> bytes:
    """The samlp:Response behind *artifact*.

    Raises Refused `unreachable`, `unreadable`, `not_asked`, `bad_signature`, `artifact_spent`.
    """
    request_id = f"ID-{uuid4()}"
    question = artifact_request(request_id=request_id, issuer=node.our_issuer, artifact=artifact, at=at)
    envelope = _asked(node, node.artifact_url, question, "ArtifactResponse")
    if envelope.get("InResponseTo") != request_id:
        raise Refused("not_asked", "Serwis logowania odpowiedział na inne pytanie.", mend=AGAIN)
    found = envelope.findall(f"{{{SAMLP}}}Response")
    if len(found) != 1:  # the node answers so to an artifact that is unknown or spent
        raise Refused("artifact_spent", "Ten kod logowania jest nieznany albo już zużyty.", mend=AGAIN)
    text: bytes = etree.tostring(on_its_own(found[0]))
    return text


def end_session(node: Node, *, name_id: str, session_index: str, at: datetime) -> None:
    """Sign the person out at the node, too. Raises Refused as `resolve_artifact` does."""
    question = logout_request(
        request_id=f"ID-{uuid4()}",
        issuer=node.our_issuer,
        to=node.logout_url,
        name_id=name_id,
        session_index=session_index,
        at=at,
    )
    _asked(node, node.logout_url, question, "LogoutResponse", timeout=SIGN_OUT_TIMEOUT)


def _asked(node: Node, url: str, question: etree._Element, answer_tag: str, **options: object) -> etree._Element:
    """The node's answer to *question*, without its envelope; a signature that it bears must be the node's."""
    sign(question, node.signing)
    away = Refused("unreachable", "Serwis logowania nie odpowiada.", mend="Spróbuj za kilka minut.")
    try:
        answer = SESSION.call("POST", url, data=in_envelope(question), headers=HEADERS, **options)
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise away
        message = from_envelope(answer.content, f"{{{SAMLP}}}{answer_tag}")
        signed = signed_content(message, node.certificates)
    except (Unreachable, AnswerLost) as error:
        raise away from error
    except Unreadable as error:
        raise Refused("unreadable", "Nie umiemy odczytać odpowiedzi serwisu logowania.", mend=AGAIN) from error
    return message if signed is None else signed
