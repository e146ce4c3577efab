"""Every answer of login.gov.pl that is refused: altered, wrapped, stale, repeated, for others, proving too little."""

import base64
import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree
from pytest_django.fixtures import Settings

from residents.models import Mandate, UsedAnswer
from tests import make
from tests.certificates import KeyPair, rsa_pair
from tests.residents.federated.browsing import (
    answered,
    ask,
    bring,
    connect_portal,
    give_address,
    go_through,
    is_signed_in,
    refused_codes,
)
from tests.saml_idp import Person, SamlIdp

PESEL = make.pesel(300).value
BORN = "1980-05-17"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def _changed(answer: str, change: Callable[[etree._Element], None]) -> str:
    root = etree.fromstring(base64.b64decode(answer))
    change(root)
    return base64.b64encode(etree.tostring(root)).decode()


def _assertion(root: etree._Element) -> etree._Element:
    found: etree._Element = root.find(f"{{{SAML}}}Assertion")
    return found


def _other_pesel(root: etree._Element) -> None:
    value = next(each for each in root.iter(f"{{{SAML}}}AttributeValue") if each.text == PESEL)
    value.text = make.pesel(301).value


def _evil_copy(root: etree._Element) -> etree._Element:
    evil = copy.deepcopy(_assertion(root))
    evil.set("ID", "evil")
    evil.remove(evil.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    for value in evil.iter(f"{{{SAML}}}AttributeValue"):
        if value.text == PESEL:
            value.text = make.pesel(301).value
    return evil


def _wrapped_beside(root: etree._Element) -> None:
    """XSW 3: a false assertion before the true one."""
    _assertion(root).addprevious(_evil_copy(root))


def _wrapped_around(root: etree._Element) -> None:
    """XSW 4: the true assertion inside the false one."""
    evil, true = _evil_copy(root), _assertion(root)
    root.replace(true, evil)
    evil.append(true)


def _wrapped_in_object(root: etree._Element) -> None:
    """XSW 8: the false assertion carries the true one's signature, and the true one hides in the signature."""
    evil, true = _evil_copy(root), _assertion(root)
    signature = true.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    root.replace(true, evil)
    true.remove(signature)
    evil.insert(1, signature)
    hidden = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    hidden.append(true)


def _wrapped_in_extensions(root: etree._Element) -> None:
    """XSW 7: the true assertion hides in the extensions."""
    evil, true = _evil_copy(root), _assertion(root)
    root.replace(true, evil)
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    root.insert(1, extensions)
    extensions.append(true)


def _same_identifier(root: etree._Element) -> None:
    """XSW with one identifier for both."""
    evil = _evil_copy(root)
    evil.set("ID", _assertion(root).get("ID"))
    _assertion(root).addprevious(evil)


def _comment_in_number(root: etree._Element) -> None:
    """A comment cuts the number; what is signed stays the same."""
    value = next(each for each in root.iter(f"{{{SAML}}}AttributeValue") if each.text == PESEL)
    value.text = PESEL[:5]
    comment = etree.Comment("x")
    comment.tail = PESEL[5:]
    value.append(comment)


def _no_signature_at_all(root: etree._Element) -> None:
    _assertion(root).remove(_assertion(root).find("{http://www.w3.org/2000/09/xmldsig#}Signature"))


def _other_destination(root: etree._Element) -> None:
    root.set("Destination", "https://inny-portal.example/acs/")


def _other_request(root: etree._Element) -> None:
    root.set("InResponseTo", "ID-nie-nasze")


CHANGES = {
    "altered PESEL": (_other_pesel, "bad_signature"),
    "signature taken out": (_no_signature_at_all, "unsigned"),
    "wrapped beside": (_wrapped_beside, "unreadable"),
    "wrapped around": (_wrapped_around, "unsigned"),
    "wrapped in an object": (_wrapped_in_object, "bad_signature"),
    "wrapped in extensions": (_wrapped_in_extensions, "unsigned"),
    "same identifier twice": (_same_identifier, "unreadable"),
    "other destination": (_other_destination, "wrong_recipient"),
    "other request named outside": (_other_request, "not_asked"),
}


def _assert_refused(client: Client, page: object, code: str) -> None:
    assert page.status_code == 403  # type: ignore[attr-defined]
    text = page.content.decode()  # type: ignore[attr-defined]
    assert "Nie udało się zalogować przez login.gov.pl" in text
    assert PESEL not in text
    assert refused_codes() == [code]
    assert not is_signed_in(client)
    assert not Mandate.objects.exists()
    assert "socialaccount_sociallogin" not in client.session


@pytest.mark.parametrize("case", CHANGES)
def test_a_changed_answer_is_refused(idp: SamlIdp, client: Client, case: str) -> None:
    change, code = CHANGES[case]
    page = bring(client, _changed(answered(idp, ask(client)), change))
    _assert_refused(client, page, code)


def test_a_comment_does_not_cut_the_number(idp: SamlIdp, client: Client) -> None:
    page = bring(client, _changed(answered(idp, ask(client)), _comment_in_number))
    assert page["Location"] == reverse("socialaccount_signup")
    give_address(client, "nowa@example.com")
    assert Mandate.objects.get().payer.pesel == PESEL


def test_an_unsigned_answer_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.sign = False
    _assert_refused(client, go_through(client, idp), "unsigned")


def test_a_signature_over_a_broken_hash_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.hashes = "sha1"
    _assert_refused(client, go_through(client, idp), "bad_signature")


def test_an_expired_answer_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.minutes = -10
    _assert_refused(client, go_through(client, idp), "expired")


def test_an_answer_for_another_service_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.audience = "https://inny-urzad.example/metadata"
    _assert_refused(client, go_through(client, idp), "wrong_audience")


def test_an_answer_for_another_address_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.destination = "https://inny-portal.example/acs/"
    _assert_refused(client, go_through(client, idp), "wrong_recipient")


def test_an_answer_to_a_question_never_asked_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.habits.in_response_to = "ID-zmyslone"
    _assert_refused(client, go_through(client, idp), "not_asked")


def test_an_answer_brought_by_another_browser_is_refused(idp: SamlIdp, client: Client) -> None:
    """Somebody lures a victim into the attacker's own sign-in, or steals an answer on its way."""
    answer = answered(idp, ask(Client()))
    _assert_refused(client, bring(client, answer), "not_asked")


def test_an_answer_is_good_once(idp: SamlIdp, client: Client) -> None:
    answer = answered(idp, ask(client))
    bring(client, answer)
    thief = Client()
    _assert_refused(thief, bring(thief, answer), "replayed")
    assert UsedAnswer.objects.count() == 1


def test_an_answer_signed_by_another_key_is_refused(
    idp: SamlIdp, client: Client, settings: Settings, our_pair: KeyPair
) -> None:
    connect_portal(settings, idp, our_pair, certificates=rsa_pair("ktos inny").certificate)
    _assert_refused(client, go_through(client, idp), "bad_signature")


def test_an_answer_of_another_issuer_is_refused(
    idp: SamlIdp, client: Client, settings: Settings, our_pair: KeyPair
) -> None:
    connect_portal(settings, idp, our_pair, issuer="inny.wezel.example")
    _assert_refused(client, go_through(client, idp), "wrong_issuer")


def test_a_new_key_of_the_node_can_stand_beside_the_old_one(
    idp: SamlIdp, client: Client, settings: Settings, our_pair: KeyPair
) -> None:
    both = rsa_pair("nowy klucz").certificate + idp.pair.certificate
    connect_portal(settings, idp, our_pair, certificates=both)
    assert go_through(client, idp)["Location"] == reverse("socialaccount_signup")


def test_an_unencrypted_answer_is_refused_once_a_key_is_set(
    idp: SamlIdp, client: Client, settings: Settings, our_pair: KeyPair
) -> None:
    connect_portal(settings, idp, our_pair, decryption_key=our_pair.key)
    _assert_refused(client, go_through(client, idp), "not_encrypted")


def test_too_low_a_level_of_assurance_is_refused(idp: SamlIdp, client: Client) -> None:
    idp.person.level = "low"
    _assert_refused(client, go_through(client, idp), "level_too_low")


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (Person(pesel="", birth_date=BORN), "pesel_missing"),
        (Person(pesel=f"DE/PL/{PESEL}", birth_date=BORN), "pesel_missing"),
        (Person(pesel="44051401358", birth_date=BORN), "pesel_wrong"),
        (Person(pesel=make.nip(1).value, birth_date=BORN), "pesel_missing"),
        (Person(pesel=PESEL, birth_date="1981-05-17"), "facts_contradict"),
    ],
)
def test_what_does_not_prove_a_person_with_a_pesel_is_refused(
    idp: SamlIdp, client: Client, person: Person, code: str
) -> None:
    idp.person = person
    _assert_refused(client, go_through(client, idp), code)


def test_a_number_with_the_states_of_eidas_before_it_is_read(idp: SamlIdp, client: Client) -> None:
    idp.person = Person(pesel=f"PL/PL/{PESEL}", birth_date=BORN)
    assert go_through(client, idp)["Location"] == reverse("socialaccount_signup")


@pytest.mark.parametrize("answer", ["", "to nie jest base64 ", base64.b64encode(b"<x/>").decode(), "<" * 500_000])
def test_rubbish_is_refused(idp: SamlIdp, client: Client, answer: str) -> None:
    ask(client)
    page = bring(client, answer)
    assert page.status_code == 403
    assert refused_codes()[0] in {"not_asked", "unreadable"}


def test_entities_are_not_opened(idp: SamlIdp, client: Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("tajne")
    text = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>'
    page = bring(client, base64.b64encode(text.encode()).decode())
    assert page.status_code == 403
    assert refused_codes() == ["unreadable"]


def test_the_last_page_by_itself_does_nothing(idp: SamlIdp, client: Client) -> None:
    page = client.get("/konto/saml/login-gov-pl/acs/finish/")
    assert page.status_code == 403
    assert refused_codes() == ["not_asked"]
