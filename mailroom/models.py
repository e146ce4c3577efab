"""E-mails that came to the town's mailbox for applications, and what clerks did with them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from consents.models import ConsentApplication, IncomingScan, SignedFile
from core.fields import SealedBinaryField, SealedTextField
from core.models import StoredDocument


class Sort(models.TextChoices):
    """In which list a message stands."""

    LETTER = "letter", "list"
    SPAM = "spam", "spam"
    AUTOMATIC = "automatic", "odpowiedź automatyczna"


class MailState(models.TextChoices):
    """What became of a message. The last four are a clerk's decisions, and a clerk may take them back."""

    RAW = "raw", "odebrana, jeszcze nieodczytana"
    UNREADABLE = "unreadable", "nie da się odczytać"
    WAITING = "waiting", "do załatwienia"
    REGISTERED = "registered", "zarejestrowana jako wniosek"
    ANSWERED = "answered", "odpowiedziano"
    ASIDE = "aside", "odłożona"
    NO_APPLICATION = "no_application", "to nie wniosek"


DECIDED = (MailState.REGISTERED, MailState.ANSWERED, MailState.ASIDE, MailState.NO_APPLICATION)
OPEN = (MailState.RAW, MailState.UNREADABLE, MailState.WAITING)


class IncomingMail(models.Model):
    """One message, stored raw (RawMail) before anybody read it; the same message twice is one row.

    `key` tells it from any other: its Message-ID and what it says, or the whole of it where it has no Message-ID.
    `problem` says why it could not be read, or what of it was left out. `checks` is what the town's mail server noted:
    pairs of name and result.
    """

    key = models.CharField("klucz", max_length=64, unique=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("bajtów")
    received_at = models.DateTimeField("odebrano", db_default=Now())
    attempts = models.PositiveSmallIntegerField("próby odczytu", default=0)
    state = models.CharField("stan", max_length=20, choices=MailState.choices, default=MailState.RAW)
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")
    sort = models.CharField("rodzaj", max_length=10, choices=Sort.choices, default=Sort.LETTER)
    why_sorted = models.CharField("dlaczego na osobnej liście", max_length=120, blank=True, default="")
    sender = SealedTextField("nadawca", blank=True, default="")
    sender_name = SealedTextField("nazwa nadawcy", blank=True, default="")
    subject = SealedTextField("temat", blank=True, default="")
    text = SealedTextField("treść", blank=True, default="")
    sent_at = models.DateTimeField("data w wiadomości", null=True, blank=True)
    checks = models.JSONField("wyniki serwera poczty", default=list, blank=True)
    decided_at = models.DateTimeField("załatwiono", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="załatwił(a)"
    )
    reason = models.CharField("powód", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "wiadomość e-mail"
        verbose_name_plural = "poczta"
        indexes = [
            # Read by the clerks' queue, the first page and the job that reads what was stored.
            models.Index(fields=["received_at"], name="incoming_mail_open", condition=models.Q(state__in=OPEN)),
            # Read by retention.
            models.Index(fields=["decided_at"], name="incoming_mail_decided"),
        ]
        constraints = [
            models.CheckConstraint(name="incoming_mail_known_state", condition=models.Q(state__in=MailState.values)),
            models.CheckConstraint(
                name="incoming_mail_decided_iff_said_by_whom",
                condition=models.Q(state__in=DECIDED, decided_at__isnull=False)
                | models.Q(state__in=OPEN, decided_at__isnull=True),
                violation_error_message="Wiadomość załatwiona musi mieć datę załatwienia.",
            ),
            models.CheckConstraint(
                name="incoming_mail_aside_with_reason",
                condition=~models.Q(state="aside") | ~models.Q(reason=""),
                violation_error_message="Odłożona wiadomość musi mieć powód.",
            ),
        ]

    def __str__(self) -> str:
        return f"wiadomość nr {self.pk}"


class RawMail(models.Model):
    """The message as the server gave it, byte for byte; of one that is too large to be taken, its headers."""

    mail = models.OneToOneField(IncomingMail, models.CASCADE, primary_key=True, related_name="raw")
    content = SealedBinaryField("treść")
    is_whole = models.BooleanField("cała", default=True)

    class Meta:
        verbose_name = "oryginał wiadomości"
        verbose_name_plural = "oryginały wiadomości"

    def __str__(self) -> str:
        return f"oryginał wiadomości nr {self.pk}"


class MailAttachment(models.Model):
    """A document that came with a message, in the order of the message, and the application that it proved to be."""

    mail = models.ForeignKey(IncomingMail, models.CASCADE, related_name="attachments", verbose_name="wiadomość")
    position = models.PositiveSmallIntegerField("kolejność")
    document = models.ForeignKey(StoredDocument, models.PROTECT, related_name="+", verbose_name="dokument")
    application = models.ForeignKey(
        ConsentApplication, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="wniosek"
    )
    scan = models.ForeignKey(
        IncomingScan, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="skan do rejestracji"
    )
    signed_file: SignedFile | None = None  # set by mailroom.deciding.shown_attachments
    decided_at = models.DateTimeField("sprawdzono, czy podpisany", null=True, blank=True)

    class Meta:
        verbose_name = "załącznik"
        verbose_name_plural = "załączniki"
        ordering = ["position"]
        indexes = [
            # Read by mailroom.deciding.
            models.Index(fields=["mail"], name="mail_attachment_undecided", condition=models.Q(decided_at__isnull=True))
        ]
        constraints = [models.UniqueConstraint(fields=["mail", "position"], name="mail_attachment_one_a_place")]

    def __str__(self) -> str:
        return f"załącznik {self.position} wiadomości nr {self.mail_id}"


class MailAnswer(models.Model):
    """What a clerk wrote back; it goes out as a service letter (notifications/service_letters.py)."""

    mail = models.ForeignKey(IncomingMail, models.CASCADE, related_name="answers", verbose_name="wiadomość")
    subject = SealedTextField("temat")
    body = SealedTextField("treść")
    by_name = models.CharField("odpowiedział(a)", max_length=150)
    at = models.DateTimeField("kiedy")

    class Meta:
        verbose_name = "odpowiedź na wiadomość"
        verbose_name_plural = "odpowiedzi na wiadomości"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"odpowiedź na wiadomość nr {self.mail_id}"


class MailSighting(models.Model):
    """One message seen on the server: what was stored once is not fetched again, and is put away when that failed.

    `put_away_at` is empty while the message still lies in the folder that is read.
    """

    mailbox = models.CharField("skrzynka", max_length=200)
    uid_validity = models.BigIntegerField("UIDVALIDITY")
    uid = models.BigIntegerField("UID")
    mail = models.ForeignKey(
        IncomingMail, models.SET_NULL, null=True, blank=True, related_name="sightings", verbose_name="wiadomość"
    )
    put_away_at = models.DateTimeField("uprzątnięto na serwerze", null=True, blank=True)

    class Meta:
        verbose_name = "wiadomość na serwerze"
        verbose_name_plural = "wiadomości na serwerze"
        constraints = [models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="mail_sighting_once")]
        indexes = [
            models.Index(fields=["mailbox"], name="mail_sighting_lies", condition=models.Q(put_away_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.mailbox} {self.uid_validity}/{self.uid}"


class Mailbox(models.Model):
    """How the last visits to the mailbox went. Who visits it holds it until `held_until`, lest two do at once."""

    name = models.CharField("skrzynka", max_length=200, unique=True)
    held_until = models.DateTimeField("zajęta do", null=True, blank=True)
    visited_at = models.DateTimeField("ostatnia udana wizyta", null=True, blank=True)
    failing_since = models.DateTimeField("nie działa od", null=True, blank=True)
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "skrzynka pocztowa"
        verbose_name_plural = "skrzynki pocztowe"
        constraints = [
            models.CheckConstraint(
                name="mailbox_failing_with_reason",
                condition=models.Q(failing_since__isnull=True) | ~models.Q(problem=""),
            )
        ]

    def __str__(self) -> str:
        return self.name
