"""Browsers that show notices, of what they may tell, and everybody who can be reached by any way."""

from django.db import models
from django.db.models.functions import Now

from consents.models import Topic
from core.fields import SealedTextField, fingerprint_field
from notifications.channels import Channel
from residents.models import Payer


class PushSubscription(models.Model):
    """A browser to which a payer's notices go (RFC 8030): the address that its push service gave it, and the keys by
    which only it reads them (RFC 8291). Gone as soon as it is unsubscribed, here or there.
    """

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="push_subscriptions", verbose_name="płatnik")
    endpoint = SealedTextField("adres")
    endpoint_fingerprint = fingerprint_field("indeks adresu", of="endpoint")
    p256dh = SealedTextField("klucz")
    auth = SealedTextField("sekret")
    browser = models.CharField("przeglądarka", max_length=60)
    since = models.DateTimeField("od", db_default=Now())

    class Meta:
        verbose_name = "przeglądarka"
        verbose_name_plural = "przeglądarki"
        constraints = [
            models.UniqueConstraint(fields=["payer", "endpoint_fingerprint"], name="push_subscription_once"),
        ]

    def __str__(self) -> str:
        return self.browser


class PushConsent(models.Model):
    """One kind of notification that a payer's browsers may tell of. Consent, by the box ticked and the button pressed;
    `wording` says which words stood beside them, the audit log keeps every change.
    """

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="push_consents", verbose_name="płatnik")
    topic_code = models.CharField("rodzaj powiadomień", max_length=40)
    wording = models.CharField("wersja treści", max_length=20)
    since = models.DateTimeField("od", db_default=Now())

    class Meta:
        verbose_name = "zgoda na powiadomienia w przeglądarce"
        verbose_name_plural = "zgody na powiadomienia w przeglądarce"
        constraints = [models.UniqueConstraint(fields=["payer", "topic_code"], name="push_consent_once")]

    def __str__(self) -> str:
        return self.topic_code


class ReachableContact(models.Model):
    """A view of the database: who may get topic T by channel C now. `consents.PermittedContact` and the browsers; of
    somebody's several browsers the address is the first one's, and all of them get the notice.
    """

    id = models.CharField(primary_key=True, max_length=60)
    payer = models.ForeignKey(Payer, models.DO_NOTHING, related_name="reachable_contacts")
    topic = models.ForeignKey(Topic, models.DO_NOTHING, related_name="reachable_contacts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = SealedTextField()

    class Meta:
        managed = False
        db_table = "notifications_reachable_contact"

    def __str__(self) -> str:
        return str(self.id)
