"""Reading the node's answer: only what it signed, only for us, only now, only to a request of ours.

Rules: SAML 2.0 Core 2.3–2.5 and Profiles 4.1.4.2–4.1.4.3 (web browser single sign-on), all of them mandatory here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from core.errors import Refused
from residents.federated.login_gov_pl.decryption import decrypt
from residents.federated.login_gov_pl.messages import SAML, SAMLP, Unreadable, on_its_own, read_xml
from residents.federated.login_gov_pl.signatures import signed_content

SPACES = {"saml2": SAML, "saml2p": SAMLP}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
GAVE_UP = {f"urn:oasis:names:tc:SAML:2.0:status:{word}" for word in ("AuthnFailed", "RequestDenied")}
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
CLOCKS_DIFFER = timedelta(minutes=3)
LONGEST_VALID = timedelta(hours=1)
AGAIN = "Zaloguj się jeszcze raz. Jeśli to się powtarza, daj nam znać."


@dataclass(frozen=True)
class Expected:
    """What an answer must be, to be ours."""

    issuer: str
    certificates: Sequence[str]
    audience: str
    recipient: str
    decryption_key: str  # PEM; '' where answers come unencrypted


@dataclass(frozen=True)
class Answer:
    """What the node said, proved to be its own words."""

    assertion_id: str
    in_response_to: str
    valid_until: datetime
    facts: Mapping[str, Sequence[str]]
    level: str
    name_id: str  # with the next one, what ends the session at the node
    session_index: str


def read_answer(text: bytes, expected: Expected, *, at: datetime) -> Answer:
    """The answer in *text*, a samlp:Response.

    Raises Refused: `unreadable`, `given_up` (the person or the node ended it), `node_refused`, `not_encrypted`,
    `unsigned`, `bad_signature`, `wrong_issuer`, `wrong_audience`, `wrong_recipient`, `expired`, `not_asked`.
    """
    try:
        response = read_xml(text)
        if response.tag != f"{{{SAMLP}}}Response" or response.get("Version") != "2.0":
            raise Unreadable
        _check_status(response)
        return _read_assertion(response, _trusted_assertion(response, expected), expected, at)
    except (Unreadable, ValueError) as error:
        raise Refused("unreadable", "Nie umiemy odczytać odpowiedzi, która do nas dotarła.", mend=AGAIN) from error


def _check_status(response: etree._Element) -> None:
    codes = response.xpath("saml2p:Status//saml2p:StatusCode/@Value", namespaces=SPACES)
    if codes[:1] == [SUCCESS]:
        return
    if GAVE_UP & set(codes):
        raise Refused("given_up", "Logowanie zostało przerwane.", mend="Możesz zacząć jeszcze raz.")
    raise Refused("node_refused", "Serwis logowania odmówił potwierdzenia tożsamości.", mend=AGAIN)


def _trusted_assertion(response: etree._Element, expected: Expected) -> etree._Element:
    """The one assertion, which the node signed: itself, or the whole response around it."""
    whole = signed_content(response, expected.certificates)
    inside = response if whole is None else whole
    closed = inside.findall("saml2:EncryptedAssertion", SPACES)
    open_ones = inside.findall("saml2:Assertion", SPACES)
    if len(closed) + len(open_ones) != 1:
        raise Unreadable
    if expected.decryption_key and open_ones:
        raise Refused("not_encrypted", "Odpowiedź przyszła bez szyfrowania, więc jej nie przyjmujemy.", mend=AGAIN)
    assertion = decrypt(closed[0], expected.decryption_key) if closed else on_its_own(open_ones[0])
    if assertion.tag != f"{{{SAML}}}Assertion":
        raise Unreadable
    itself = signed_content(assertion, expected.certificates)
    if itself is not None:
        assertion = itself
    elif whole is None:
        raise Refused("unsigned", "Odpowiedź nie jest podpisana, więc jej nie przyjmujemy.", mend=AGAIN)
    if assertion.find(".//saml2:Assertion", SPACES) is not None:
        raise Unreadable
    return assertion


def _read_assertion(response: etree._Element, assertion: etree._Element, expected: Expected, at: datetime) -> Answer:
    issuers = [_text(issuer) for issuer in (*response.findall("saml2:Issuer", SPACES), _one(assertion, "saml2:Issuer"))]
    if set(issuers) != {expected.issuer}:
        raise Refused("wrong_issuer", "Odpowiedź wystawił ktoś inny niż serwis logowania.", mend=AGAIN)
    conditions = _one(assertion, "saml2:Conditions")
    until = _check_times(conditions, at)
    _check_audience(conditions, expected.audience)
    confirmed = _confirmed(assertion, expected.recipient, at)
    if response.get("Destination") not in {None, expected.recipient}:
        raise _for_another()
    if not confirmed or response.get("InResponseTo") not in {None, confirmed}:
        raise not_asked()
    statement = _one(assertion, "saml2:AuthnStatement")
    _check_session(statement, at)
    return Answer(
        assertion_id=_named(assertion),
        in_response_to=confirmed,
        valid_until=until,
        facts=_facts(assertion),
        level=_text(_one(statement, "saml2:AuthnContext/saml2:AuthnContextClassRef")),
        name_id="".join(_text(name) for name in assertion.findall("saml2:Subject/saml2:NameID", SPACES)[:1]),
        session_index=str(statement.get("SessionIndex") or ""),
    )


def not_asked() -> Refused:
    """The refusal of an answer to a question that this browser did not ask."""
    return Refused(
        "not_asked",
        "Ta odpowiedź nie pasuje do logowania, które zaczęto w tej przeglądarce.",
        mend="Zacznij logowanie od początku i dokończ je w tym samym oknie w ciągu dziesięciu minut.",
    )


def _for_another() -> Refused:
    return Refused("wrong_recipient", "Odpowiedź jest przeznaczona dla innego adresu.", mend=AGAIN)


def _expired() -> Refused:
    return Refused("expired", "Ta odpowiedź straciła ważność.", mend="Zaloguj się jeszcze raz.")


def _check_times(conditions: etree._Element, at: datetime) -> datetime:
    """When the assertion ends; it must have begun, and must not last for hours."""
    until = _moment(conditions.get("NotOnOrAfter"))
    begins = conditions.get("NotBefore")
    if until is None or until + CLOCKS_DIFFER <= at or until > at + LONGEST_VALID + CLOCKS_DIFFER:
        raise _expired()
    if begins is not None and (since := _moment(begins)) is not None and since > at + CLOCKS_DIFFER:
        raise _expired()
    return until


def _check_audience(conditions: etree._Element, audience: str) -> None:
    restrictions = conditions.findall("saml2:AudienceRestriction", SPACES)
    meant = [{_text(one) for one in each.findall("saml2:Audience", SPACES)} for each in restrictions]
    if not meant or any(audience not in each for each in meant):
        raise Refused("wrong_audience", "Odpowiedź jest przeznaczona dla innego serwisu.", mend=AGAIN)


def _confirmed(assertion: etree._Element, recipient: str, at: datetime) -> str:
    """The request that the bearer's confirmation answers."""
    subject = _one(assertion, "saml2:Subject")
    bearers = [each for each in subject.findall("saml2:SubjectConfirmation", SPACES) if each.get("Method") == BEARER]
    if len(bearers) != 1:
        raise Unreadable
    data = _one(bearers[0], "saml2:SubjectConfirmationData")
    if data.get("Recipient") != recipient:
        raise _for_another()
    until = _moment(data.get("NotOnOrAfter"))
    if until is None or until + CLOCKS_DIFFER <= at:
        raise _expired()
    return str(data.get("InResponseTo") or "")


def _check_session(statement: etree._Element, at: datetime) -> None:
    ends = statement.get("SessionNotOnOrAfter")
    if ends is not None and (until := _moment(ends)) is not None and until <= at:
        raise _expired()


def _facts(assertion: etree._Element) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for attribute in assertion.findall("saml2:AttributeStatement/saml2:Attribute", SPACES):
        values = [_text(value) for value in attribute.findall("saml2:AttributeValue", SPACES)]
        facts.setdefault(str(attribute.get("Name")), []).extend(values)
    return facts


def _named(assertion: etree._Element) -> str:
    name = assertion.get("ID")
    if not name or assertion.get("Version") != "2.0":
        raise Unreadable
    return str(name)


def _one(element: etree._Element, path: str) -> etree._Element:
    found: list[etree._Element] = element.findall(path, SPACES)
    if len(found) != 1:
        raise Unreadable
    return found[0]


def _text(element: etree._Element) -> str:
    return "".join(element.itertext()).strip()


def _moment(text: str | None) -> datetime | None:
    """An xs:dateTime in UTC. Raises ValueError when it is none."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
