"""Notices to browsers: a push service that checks signatures and opens them, consents, browsers that are gone."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from pytest_django.fixtures import Settings

from consents.models import Topic
from core.errors import Refused
from notifications.campaigns import estimate, schedule, start_due
from notifications.models import Campaign, Message, PushConsent, PushSubscription, SuppressedAddress
from notifications.push import forget_browsers, is_push_service, public_key, subscribe_browser
from notifications.push_views import browser_name
from notifications.wishes import set_wishes
from residents.models import Account, Payer
from spm.environment import WrongSetting
from spm.push_settings import HOSTS, usable_vapid_key
from tests import make
from tests.notifications.posting import confirm, later, only, remind, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()


def pem_of(key: Any) -> str:
    """*key* as openssl writes it."""
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


VAPID = pem_of(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(autouse=True)
def town_pushes(settings: Settings, sandbox: Sandbox) -> None:
    """The town has a key; the sandbox is the push service."""
    settings.MESSAGE_GATEWAYS = {"push": ["notifications.gateways.webpush.WebPush"]}
    settings.WEBPUSH = {
        "key": usable_vapid_key(VAPID),
        "contact": "mailto:urzad@dolina.example",
        "hosts": HOSTS,
        "origins": [sandbox.url],
    }


def browser(sandbox: Sandbox, *, key: str | None = None) -> dict[str, Any]:
    """A browser of the sandbox, subscribed with the town's key."""
    told: dict[str, Any] = sandbox.control("POST", "push", applicationServerKey=key or public_key(), name="Firefox")
    return told


def subscribed(sandbox: Sandbox, payer: Payer, *topics: str, **made: Any) -> dict[str, Any]:
    """A browser of the payer's that may tell of *topics*."""
    one = browser(sandbox, **made)
    subscribe_browser(
        payer.pk,
        endpoint=one["endpoint"],
        **one["keys"],
        browser="Firefox, Linux",
        topics=topics or ("property_tax", "payments"),
        by=make.BY,
        at=AT,
    )
    return one


def shown(sandbox: Sandbox) -> list[dict[str, Any]]:
    """What browsers show, the newest first."""
    return [one["shown"] for one in sandbox.control("GET", "push")]


@pytest.fixture
def whom(db: None) -> Payer:
    """A payer who signed nothing: browsers are consents of their own."""
    return make.payer(make.pesel(1), "Anna Nowak")


def test_a_notice_arrives_in_every_browser_and_a_locked_screen_shows_no_sum(sandbox: Sandbox, whom: Payer) -> None:
    for _ in range(2):
        subscribed(sandbox, whom)
    assert remind(whom, at=AT) == 1
    assert send(AT) == {"sent": 1}
    message = only()
    first, second = shown(sandbox)
    assert first == second
    assert first["title"] == message.subject
    assert first["body"] == message.body
    assert "1234" not in json.dumps(first) + json.dumps(first, ensure_ascii=False)
    assert "nieruchomości" not in first["title"] + first["body"]
    assert (first["url"], first["tag"], first["lang"]) == (f"/wiadomosci/{message.pk}/", f"spm-{message.pk}", "pl")
    assert (message.gateway, message.channel) == ("webpush", "push")


def test_whoever_chose_fuller_texts_sees_the_sum(sandbox: Sandbox, whom: Payer) -> None:
    subscribed(sandbox, whom)
    set_wishes(whom.pk, language="pl", is_fuller=True, by_topic={}, by=make.BY, at=AT)
    remind(whom, at=AT)
    send(AT)
    assert "1 234,50" in (shown(sandbox)[0]["title"] + shown(sandbox)[0]["body"]).replace("\u00a0", " ")


def test_a_browser_tells_only_of_what_was_ticked(sandbox: Sandbox, whom: Payer) -> None:
    subscribed(sandbox, whom, "payments")
    assert (remind(whom, at=AT), confirm(whom, at=AT)) == (0, 1)


def test_a_browser_that_is_gone_is_forgotten_and_the_last_one_takes_the_consents_along(
    sandbox: Sandbox, whom: Payer
) -> None:
    one, other = subscribed(sandbox, whom), subscribed(sandbox, whom)
    sandbox.control("POST", f"push/{one['endpoint'].rpartition('/')[2]}/gone")
    confirm(whom, at=AT)
    assert send(AT) == {"sent": 1}
    assert [row.endpoint for row in PushSubscription.objects.all()] == [other["endpoint"]]
    sandbox.control("POST", f"push/{other['endpoint'].rpartition('/')[2]}/gone")
    confirm(whom, "2", at=AT)
    confirm(whom, "3", at=AT)
    assert send(AT) == {"failed": 2}
    assert set(Message.objects.filter(state="failed").values_list("reason", flat=True)) == {"wypisana"}
    assert (PushSubscription.objects.count(), PushConsent.objects.count(), SuppressedAddress.objects.count()) == (
        0,
        0,
        0,
    )
    assert confirm(whom, "4", at=AT) == 0


def test_a_notice_queued_before_the_consent_ended_does_not_leave(sandbox: Sandbox, whom: Payer) -> None:
    subscribed(sandbox, whom)
    confirm(whom, at=AT)
    PushConsent.objects.all().delete()
    assert send(AT) == {"refused": 1}
    assert shown(sandbox) == []


@pytest.mark.parametrize(
    ("fault", "state"), [("http429", "queued"), ("http500", "queued"), ("cut_after", "queued"), ("cut", "queued")]
)
def test_in_trouble_a_notice_comes_later_and_shows_once(sandbox: Sandbox, whom: Payer, fault: str, state: str) -> None:
    subscribed(sandbox, whom)
    sandbox.control("PUT", "settings", push_next=[fault])
    confirm(whom, at=AT)
    assert send(AT) == {state: 1}
    assert send(later(AT, minutes=5)) == {"sent": 1}
    assert len(shown(sandbox)) == 1


def test_the_service_refuses_what_another_key_signed_and_the_browser_stays(sandbox: Sandbox, whom: Payer) -> None:
    subscribed(sandbox, whom, key=base64.urlsafe_b64encode(b"\x04" + b"1" * 64).decode())
    confirm(whom, at=AT)
    assert send(AT) == {"failed": 1}
    assert (only().reason, PushSubscription.objects.count()) == ("HTTP 403", 1)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com.zly.example/x",
        "https://push.services.mozilla.com@zly.example/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://x@fcm.googleapis.com/x",
        "http://127.0.0.1:5432/",
        "https://[::1/",
        "file:///etc/passwd",
    ],
)
def test_nobody_makes_the_server_call_elsewhere(endpoint: str, sandbox: Sandbox, whom: Payer) -> None:
    keys = browser(sandbox)["keys"]
    with pytest.raises(Refused) as refusal:
        subscribe_browser(whom.pk, endpoint=endpoint, **keys, browser="x", topics=["payments"], by=make.BY, at=AT)
    assert refusal.value.code == "push_unknown_service"


def test_the_browsers_of_the_great_are_known() -> None:
    for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "wns2-by3p.notify.windows.com"):
        assert is_push_service(f"https://{host}/wpush/v2/abc")
    assert is_push_service("https://web.push.apple.com/abc")


def test_a_resident_adds_a_browser_by_script_and_takes_it_away_without(
    sandbox: Sandbox, anna: Account, client: Client
) -> None:
    client.force_login(anna)
    page = client.get("/wiadomosci/przegladarki/").content.decode()
    assert f'data-push-key="{public_key()}"' in page
    one = browser(sandbox)
    body = {"subscription": one, "topics": ["payments"]}
    path = "/wiadomosci/przegladarki/dodaj/"
    assert client.post(path, {**body, "topics": []}, content_type="application/json").status_code == 400
    assert client.post(path, {**body, "topics": ["nie_ma"]}, content_type="application/json").status_code == 400
    assert client.post(path, "{", content_type="application/json").status_code == 400
    wrong = {**body, "subscription": {**one, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}}
    assert "klucz" in client.post(path, wrong, content_type="application/json").json()["message"]
    for _ in range(2):
        answer = client.post(
            path, body, content_type="application/json", headers={"User-Agent": "Mozilla Firefox/99 Linux"}
        )
        assert answer.status_code == 201
    (mine,) = PushSubscription.objects.all()
    assert mine.browser == "Firefox, Linux"
    assert "Firefox, Linux" in client.get("/wiadomosci/przegladarki/").content.decode()
    client.post("/wiadomosci/przegladarki/", {"topics": ["payments", "property_tax"]})
    assert PushConsent.objects.count() == 2
    client.post(f"/wiadomosci/przegladarki/{mine.pk}/usun/")
    assert (PushSubscription.objects.count(), PushConsent.objects.count()) == (0, 0)


def test_signing_out_leaves_a_browser_its_notices(sandbox: Sandbox, anna: Account, client: Client) -> None:
    client.force_login(anna)
    body = {"subscription": browser(sandbox), "topics": ["payments"]}
    client.post("/wiadomosci/przegladarki/dodaj/", body, content_type="application/json")
    assert client.post("/konto/logout/").headers["Clear-Site-Data"] == '"cache"'


def test_another_residents_browser_cannot_be_taken_away(
    sandbox: Sandbox, anna: Account, obcy: Account, client: Client
) -> None:
    subscribed(sandbox, Payer.objects.get(mandates__account=anna), "payments")
    client.force_login(obcy)
    client.post(f"/wiadomosci/przegladarki/{PushSubscription.objects.get().pk}/usun/")
    assert PushSubscription.objects.count() == 1


def test_a_campaign_reaches_browsers_that_may_tell_of_events_and_says_what_its_sms_says(
    sandbox: Sandbox, whom: Payer
) -> None:
    subscribed(sandbox, whom, "events_culture")
    campaign = Campaign.objects.create(
        topic=Topic.objects.get(code="events_culture"),
        title="Dni Doliny",
        when="w sobotę o 16",
        place="na rynku",
        link="https://dolina.example/dni",
        channels=["sms", "push"],
        starts_at=AT,
        until=later(AT, days=3),
    )
    (share,) = estimate(campaign)
    assert (share.channel, share.people, share.cost_pln) == ("push", 1, 0)
    schedule(campaign, at=AT, by=make.BY)
    start_due(at=AT)
    assert send(AT) == {"sent": 1}
    assert "Dni Doliny" in shown(sandbox)[0]["body"]


def test_the_service_worker_serves_the_whole_portal(client: Client) -> None:
    answer = client.get("/powiadomienia.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content


def test_a_town_without_a_key_offers_nothing(anna: Account, client: Client, settings: Settings) -> None:
    settings.WEBPUSH = {**settings.WEBPUSH, "key": b""}
    client.force_login(anna)
    assert "Urząd nie wysyła powiadomień do przeglądarek." in client.get("/wiadomosci/przegladarki/").content.decode()
    for wrong in (
        "abc",
        pem_of(rsa.generate_private_key(65537, 2048)),
        pem_of(ec.generate_private_key(ec.SECP384R1())),
    ):
        with pytest.raises(WrongSetting, match="SPM_VAPID_KEY"):
            usable_vapid_key(wrong)


def test_browsers_are_told_apart_and_forgotten_in_the_end(sandbox: Sandbox, whom: Payer) -> None:
    assert browser_name("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537") == "Chrome, Android"
    assert browser_name("?") == "przeglądarka"
    subscribed(sandbox, whom)
    assert forget_browsers(later(AT, days=-1), 10) == 0
    assert forget_browsers(later(AT, days=1), 10) == 1
    assert PushConsent.objects.count() == 0
