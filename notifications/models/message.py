"""The outbox: one row a message, and each try to hand it over."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField
from notifications.channels import Channel
from notifications.kinds import Priority, name_of
from notifications.models.campaign import Campaign
from notifications.models.text import TextVersion
from notifications.states import FINAL, LABELS, State
from residents.models import Payer

FINAL_VALUES = sorted(state.value for state in FINAL)


class Message(models.Model):
    """One message to one person by one channel: the outbox row that is written in the transaction of the fact it tells.

    `kind` names a registered kind (notifications/kinds.py), `facts` are what its text may say (strings; money ends in
    `_pln`, dates in `_on`). `about` names the thing it speaks of («instalment:12»): `withdraw_messages(about=…)` finds
    it there. `dedupe_key` makes a second queueing a no-op. Subject and body are filled in when it is sent, and kept.
    A `joined` message does not go out: `carried_by` is the one that speaks for both (notifications/joining.py).
    `in_doubt_since` is set while it waits to be asked about again under its key, because an answer was lost.
    `forgotten_at` says since when its text, facts and address are gone (notifications/retention.py).
    """

    kind = models.CharField("rodzaj wiadomości", max_length=40)
    topic_code = models.CharField("rodzaj powiadomień", max_length=40)
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    priority = models.PositiveSmallIntegerField("kolejność", choices=Priority.choices)
    # Indexes on this table are written twice a message: none that is not read. message_inbox begins with the payer.
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="messages", verbose_name="adresat", db_index=False)
    address = SealedTextField("adres")
    about = models.CharField("dotyczy", max_length=60, blank=True, default="", db_default="")
    facts = models.JSONField("dane", default=dict)
    dedupe_key = models.CharField("klucz", max_length=120)
    state = models.CharField(
        "stan",
        max_length=10,
        choices=[(state.value, LABELS[state]) for state in State],
        default=State.QUEUED.value,
        db_default=State.QUEUED.value,
    )
    reason = models.CharField("powód", max_length=200, blank=True, default="", db_default="")
    queued_at = models.DateTimeField("w kolejce od", db_default=Now())
    not_before = models.DateTimeField("nie wcześniej niż", db_default=Now())
    expires_at = models.DateTimeField("nie później niż", null=True, blank=True)
    in_doubt_since = models.DateTimeField("wątpliwa od", null=True, blank=True)
    carried_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried",
        verbose_name="w wiadomości",
        db_index=False,
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name="kampania",
        db_index=False,
    )
    lease_until = models.DateTimeField("zajęta do", null=True, blank=True)
    leased_by = models.CharField("zajęta przez", max_length=80, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField("próby", default=0, db_default=0)
    text_version = models.ForeignKey(
        TextVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="wersja tekstu",
        db_index=False,
    )
    subject = models.CharField("temat", max_length=200, blank=True, default="", db_default="")
    body = models.TextField("treść", blank=True, default="", db_default="")
    gateway = models.CharField("bramka", max_length=20, blank=True, default="", db_default="")
    gateway_id = models.CharField("numer w bramce", max_length=80, blank=True, default="", db_default="")
    parts = models.PositiveSmallIntegerField("części SMS", null=True, blank=True)
    cost_points = models.DecimalField("koszt (punkty)", max_digits=10, decimal_places=4, null=True, blank=True)
    sent_at = models.DateTimeField("wysłano", null=True, blank=True)
    closed_at = models.DateTimeField("zakończono", null=True, blank=True)
    forgotten_at = models.DateTimeField("treść usunięto", null=True, blank=True)

    class Meta:
        verbose_name = "wiadomość"
        verbose_name_plural = "wiadomości"
        permissions = (("read_message", "Może czytać treść wiadomości"),)
        indexes = [
            # Read by notifications.claiming.claim_batch.
            models.Index(
                fields=["channel", "priority", "not_before", "id"],
                name="message_to_claim",
                condition=models.Q(state="queued"),
            ),
            # Read by the sweeper of leases that ran out. Not by `state`, or whoever stores outcomes would read it too:
            # of a long run it holds every message that was once leased, until the next vacuum.
            models.Index(
                fields=["lease_until"], name="message_lease_ends", condition=models.Q(lease_until__isnull=False)
            ),
            # Read by withdraw_messages.
            models.Index(
                fields=["about"], name="message_about_open", condition=models.Q(state__in=["queued", "joined"])
            ),
            models.Index(fields=["payer", "-queued_at"], name="message_inbox"),
            # Read by forget_messages, once a night: rows lie in the order of their days, so a small index finds them.
            BrinIndex(fields=["queued_at"], name="message_to_forget"),
            # Read by notifications.joining.
            models.Index(fields=["carried_by"], name="message_carried", condition=models.Q(carried_by__isnull=False)),
            # Read by notifications.campaigns.progress.
            models.Index(
                fields=["campaign", "state"], name="message_of_campaign", condition=models.Q(campaign__isnull=False)
            ),
            # Read by delivery reports.
            models.Index(
                fields=["gateway", "gateway_id"], name="message_gateway_id", condition=~models.Q(gateway_id="")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="message_queued_once"),
            models.CheckConstraint(
                name="message_known_state", condition=models.Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="message_closed_at_iff_final",
                condition=models.Q(state__in=FINAL_VALUES, closed_at__isnull=False)
                | (~models.Q(state__in=FINAL_VALUES) & models.Q(closed_at__isnull=True)),
                violation_error_message="Wiadomość zakończona musi mieć czas zakończenia.",
            ),
            models.CheckConstraint(
                name="message_joined_is_carried",
                condition=~models.Q(state="joined") | models.Q(carried_by__isnull=False),
                violation_error_message="Dołączona wiadomość musi mieć tę, która ją niesie.",
            ),
            models.CheckConstraint(
                name="message_leased_iff_sending",
                condition=models.Q(state="sending", lease_until__isnull=False)
                | (~models.Q(state="sending") & models.Q(lease_until__isnull=True)),
                violation_error_message="Tylko wysyłana wiadomość może być zajęta.",
            ),
        ]

    def __str__(self) -> str:
        return f"{name_of(self.kind)} ({self.get_channel_display()}), {self.get_state_display()}"


class Attempt(models.Model):
    """One try to hand a message to a gateway, written before the gateway is called."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="tries", verbose_name="wiadomość")
    gateway = models.CharField("bramka", max_length=20)
    began_at = models.DateTimeField("początek", db_default=Now())
    ended_at = models.DateTimeField("koniec", null=True, blank=True)
    outcome = models.CharField("wynik", max_length=10, blank=True, default="")
    code = models.CharField("kod bramki", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "próba wysłania"
        verbose_name_plural = "próby wysłania"

    def __str__(self) -> str:
        return f"{self.gateway} {self.outcome or '…'}"


def message_reference(message_id: int) -> str:
    """The id under which a gateway knows a message (SMSAPI's idx, the left part of a Message-ID)."""
    return f"spm-{message_id}"
