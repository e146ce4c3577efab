"""Signed applications (evidence) and the consents in force that follow from them."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Now

from consents.models.printed_form import PrintedForm
from core.fields import SealedTextField, fingerprint_field
from residents.models import Payer

# What ConsentApplication.evidence may say, and how a reader is told.
EVIDENCE_WORDS = {
    "signer": "Podpisał(a)",
    "basis": "Działa",
    "identified": "Tożsamość potwierdzona",
    "signature": "Podpis",
    "authenticated_at": "Potwierdzenie podpisu",
    "phone": "Telefon potwierdzony",
    "email": "E-mail potwierdzony",
    "address": "Adres sieciowy",
    "certificate": "Certyfikat podpisu",
    "signature_time": "Czas podpisu",
    "coverage": "Co obejmuje podpis",
    "revocation": "Unieważnienie certyfikatu",
    "checked": "Podpis sprawdzono",
    "remarks": "Uwagi do podpisu",
    "document": "Nr dokumentu",
    "form": "Formularz nr",
}


class Channel(models.TextChoices):
    """How a message reaches a person. First letters differ: the exclusion constraint below relies on it."""

    SMS = "sms", "SMS"
    EMAIL = "email", "e-mail"
    VOICE = "voice", "telefon (głos)"


def usual_channels() -> list[str]:
    """By what a new kind of notification may be had."""
    return [Channel.SMS.value, Channel.EMAIL.value]


class Topic(models.Model):
    """A kind of notification that a resident may tick on the application, and by which `channels` it may be had.

    `department` of the town answers for it; it only heads the figures of what messages cost.
    """

    class Basis(models.TextChoices):
        """What lets the town send it."""

        CONSENT = "consent", "zgoda"
        STATUTE = "statute", "obowiązek ustawowy"

    code = models.SlugField("kod", max_length=40, unique=True)
    name = models.CharField("nazwa", max_length=120)
    group = models.CharField("grupa", max_length=80)
    basis = models.CharField("podstawa", max_length=10, choices=Basis.choices, default=Basis.CONSENT)
    ground = models.CharField("przepis", max_length=200, blank=True, default="", db_default="")
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices), verbose_name="drogi", default=usual_channels
    )
    position = models.PositiveSmallIntegerField("kolejność", default=0)
    is_active = models.BooleanField("w użyciu", default=True)
    department = models.CharField("wydział", max_length=120, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "rodzaj powiadomień"
        verbose_name_plural = "rodzaje powiadomień"
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="topic_some_known_channels",
                condition=models.Q(channels__contained_by=list(Channel.values), channels__len__gte=1),
                violation_error_message="Rodzaj powiadomień musi mieć znaną drogę.",
            ),
            models.CheckConstraint(
                name="topic_statutory_names_its_ground",
                condition=models.Q(basis="consent") | ~models.Q(ground=""),
                violation_error_message="Obowiązek ustawowy wymaga przepisu.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationState(models.TextChoices):
    """Life of an application."""

    DRAFT = "draft", "do sprawdzenia"
    ACCEPTED = "accepted", "przyjęty"
    REJECTED = "rejected", "odrzucony"


class ArrivalWay(models.TextChoices):
    """The way by which an application came."""

    PAPER = "paper", "na papierze, w urzędzie"
    POST = "post", "pocztą tradycyjną"
    EMAIL_SCAN = "email_scan", "skan przysłany e-mailem"
    EPUAP = "epuap", "ePUAP"
    EDELIVERY = "edelivery", "e-Doręczenia"
    SIGNED_FILE = "signed_file", "plik podpisany elektronicznie"
    PORTAL = "portal", "w portalu"


class ConsentApplication(models.Model):
    """A signed application (wniosek): who, identified how, signed when, received how, by whom registered.

    `signed_at` is known where the signature is electronic. `evidence` says how the signer was identified and signed,
    Polish words under the keys of EVIDENCE_WORDS.

    Evidence: once accepted or rejected, the database refuses to change or delete it. Of a rejected one retention may
    empty the scan and the contacts, nothing else (consents/retention.py).
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="applications", verbose_name="płatnik")
    identity_kind = models.CharField("rodzaj numeru", max_length=10)
    identity_number = SealedTextField("PESEL, NIP lub REGON")
    identity_fingerprint = fingerprint_field("indeks numeru", of="identity_number", db_index=True)
    name = models.CharField("imię i nazwisko lub nazwa", max_length=200)
    phone = SealedTextField("telefon", blank=True, default="")
    email = SealedTextField("e-mail", blank=True, default="")
    signed_on = models.DateField("data podpisu")
    arrived_by = models.CharField("jak wpłynął", max_length=20, choices=ArrivalWay.choices)
    received_on = models.DateField("data wpływu")
    scan = models.FileField(
        "skan",
        upload_to="wnioski/%Y/%m/",
        blank=True,
        validators=[FileExtensionValidator(["pdf", "jpg", "jpeg", "png"])],
    )
    scan_pages = models.PositiveSmallIntegerField("stron skanu", default=0, db_default=0, editable=False)
    scan_sha256 = models.CharField("SHA-256 skanu", max_length=64, blank=True, default="", editable=False)
    clause_version = models.CharField("wersja klauzuli", max_length=20)
    printed_form = models.ForeignKey(
        PrintedForm, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="formularz"
    )
    signed_at = models.DateTimeField("chwila podpisu", null=True, blank=True)
    evidence = models.JSONField("okoliczności podpisu", default=dict, blank=True)
    state = models.CharField("stan", max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    registered_at = models.DateTimeField("zarejestrowano", db_default=Now())
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="zarejestrował(a)"
    )
    decided_at = models.DateTimeField("rozpatrzono", null=True, blank=True)
    decided_by_name = models.CharField("rozpatrzył(a)", max_length=150, blank=True, default="")
    rejection_reason = models.CharField("powód odrzucenia", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "wniosek o powiadomienia"
        verbose_name_plural = "wnioski o powiadomienia"
        indexes = [
            models.Index(fields=["payer", "-signed_on"], name="application_payer"),
            # Read by the clerks' queue of applications to check.
            models.Index(fields=["received_on"], name="application_queue", condition=models.Q(state="draft")),
        ]
        constraints = [
            models.CheckConstraint(
                name="application_decided_at_iff_decided",
                condition=models.Q(state="draft", decided_at__isnull=True)
                | (~models.Q(state="draft") & models.Q(decided_at__isnull=False)),
                violation_error_message="Wniosek rozpatrzony musi mieć datę rozpatrzenia.",
            ),
            models.CheckConstraint(
                name="application_rejected_with_reason",
                condition=~models.Q(state="rejected") | ~models.Q(rejection_reason=""),
                violation_error_message="Odrzucony wniosek musi mieć powód.",
            ),
            models.CheckConstraint(
                name="application_signed_before_received",
                condition=models.Q(signed_on__lte=models.F("received_on")),
                violation_error_message="Data podpisu nie może być późniejsza niż data wpływu.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="application_decided_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["accepted", "rejected"]),
                func=(
                    "IF TG_OP = 'UPDATE' AND OLD.state = 'rejected'"
                    " AND current_setting('spm.forgetting', true) = 'refused_applications'"
                    " AND NEW.scan = '' AND NEW.phone = '' AND NEW.email = ''"
                    " AND to_jsonb(NEW) - ARRAY['scan', 'phone', 'email']"
                    " = to_jsonb(OLD) - ARRAY['scan', 'phone', 'email'] THEN RETURN NEW; END IF;"
                    " RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"wniosek nr {self.pk} z {self.signed_on:%d.%m.%Y}"

    @property
    def told_evidence(self) -> list[tuple[str, str]]:
        """How the signer was identified and signed, as pairs of words; empty where the paper says it all."""
        return [(words, str(self.evidence[key])) for key, words in EVIDENCE_WORDS.items() if self.evidence.get(key)]


class ApplicationChoice(models.Model):
    """One box ticked on an application. An application without any is a resignation."""

    application = models.ForeignKey(ConsentApplication, models.CASCADE, related_name="choices", verbose_name="wniosek")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name="rodzaj")
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)

    class Meta:
        verbose_name = "zaznaczony rodzaj"
        verbose_name_plural = "zaznaczone rodzaje"
        constraints = [
            models.UniqueConstraint(fields=["application", "topic", "channel"], name="application_choice_once")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="application_choice_final_with_its_application",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("decided", "integer")],
                func=(
                    "SELECT count(*) INTO decided FROM consents_consentapplication"
                    " WHERE id = COALESCE(NEW.application_id, OLD.application_id) AND state <> 'draft';"
                    " IF decided > 0 THEN RAISE EXCEPTION 'choices of a decided application are final'; END IF;"
                    " RETURN COALESCE(NEW, OLD);"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.get_channel_display()})"


def _one_point(expression: F | Func) -> Func:
    """A scalar as a range of one point, so that GiST compares it without the btree_gist extension."""
    return Func(expression, expression, Value("[]"), function="int8range", output_field=models.TextField())


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Words for consents."""

    def in_force(self, at: datetime) -> Self:
        """Those whose time holds *at*."""
        return self.filter(during__contains=at)


class Consent(models.Model):
    """Topic T may go to payer R by channel C during a time. Rows never overlap: the database refuses that."""

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="consents", verbose_name="płatnik")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name="rodzaj")
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    application = models.ForeignKey(
        ConsentApplication, models.PROTECT, related_name="consents", verbose_name="z wniosku"
    )
    during = DateTimeRangeField("obowiązuje")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "zgoda"
        verbose_name_plural = "zgody"
        indexes = [
            # Read by consents.PermittedContact, the view of who may get what right now.
            models.Index(
                fields=["topic", "channel", "payer"],
                include=["during"],
                name="consent_open_ended",
                # An empty range has no upper bound either: a consent taken back before it began.
                condition=models.Q(during__endswith__isnull=True, during__isempty=False),
            )
        ]
        constraints = [
            models.CheckConstraint(name="consent_known_channel", condition=models.Q(channel__in=Channel.values)),
            ExclusionConstraint(
                name="consent_no_overlap",
                expressions=[
                    (_one_point(F("payer_id")), RangeOperators.OVERLAPS),
                    (_one_point(F("topic_id")), RangeOperators.OVERLAPS),
                    (_one_point(Func(F("channel"), function="ascii")), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Ta zgoda już obowiązuje w tym czasie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer}: {self.topic} ({self.get_channel_display()})"


class PermittedContact(models.Model):
    """A view of the database: who may get topic T by channel C now, and at which (sealed) address.

    Consent in force joined with the payer's contact of that channel; for a topic with a statutory basis every contact
    of an SMS or e-mail channel. One row a (payer, topic, channel).
    """

    id = models.CharField(primary_key=True, max_length=60)
    payer = models.ForeignKey(Payer, models.DO_NOTHING, related_name="permitted_contacts")
    topic = models.ForeignKey(Topic, models.DO_NOTHING, related_name="permitted_contacts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = SealedTextField()

    class Meta:
        managed = False
        db_table = "consents_permitted_contact"

    def __str__(self) -> str:
        return str(self.id)
