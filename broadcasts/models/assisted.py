"""People who need somebody to knock: called first, visited by a warden when the call was not answered."""

from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField
from residents.models import Payer


class AssistedResident(models.Model):
    """Somebody on the list of people who need help in danger, by their own wish.

    Being on the list tells of their health, so the basis is a consent on paper (art. 6 ust. 1 lit. a and art. 9 ust. 2
    lit. a RODO), of the day `agreed_on`; taken back, it ends (`ended_at`). `help` says what to do, not what they suffer
    from. Calls go by the consent to calls that every resident may give; without it only the warden comes.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", verbose_name="kto")
    warden = models.CharField("kto zajrzy", max_length=80)
    help = SealedTextField("jak pomóc", blank=True, default="")
    agreed_on = models.DateField("zgoda z dnia")
    entered_at = models.DateTimeField("wpisano", db_default=Now())
    ended_at = models.DateTimeField("skreślono", null=True, blank=True)

    class Meta:
        verbose_name = "osoba na liście wsparcia"
        verbose_name_plural = "lista wsparcia"
        ordering = ["warden", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payer"],
                name="assisted_once",
                condition=models.Q(ended_at__isnull=True),
                violation_error_message="Ta osoba już jest na liście wsparcia.",
            ),
        ]

    def __str__(self) -> str:
        return f"osoba nr {self.pk}"

    @property
    def address(self) -> str:
        """Street, code and town, as we know them."""
        town = f"{self.payer.postal_code} {self.payer.city}".strip()
        return ", ".join(part for part in (self.payer.street, town) if part)
