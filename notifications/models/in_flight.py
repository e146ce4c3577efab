"""What each connection of a gateway without keys has in flight."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class InFlight(models.Model):
    """One connection (`line`) of one leased batch, or a `part` of its share: what it handed over (`taken`), and what
    nobody could tell of if the worker died now (`unsure`): the message in flight, and those whose answer was lost.

    UNLOGGED: a PostgreSQL that fell empties the table, so that a row which is there is also the last that was written.
    """

    lease = models.CharField("zajęcie", max_length=80)
    line = models.PositiveSmallIntegerField("połączenie")
    part = models.PositiveSmallIntegerField("część", default=0, db_default=0)
    taken = ArrayField(models.BigIntegerField(), verbose_name="przyjęte", default=list, db_default=[])
    unsure = ArrayField(models.BigIntegerField(), verbose_name="w drodze", default=list, db_default=[])
    began_at = models.DateTimeField("początek", db_default=Now())

    class Meta:
        verbose_name = "wysyłka w toku"
        verbose_name_plural = "wysyłki w toku"
        constraints = [models.UniqueConstraint(fields=["lease", "line", "part"], name="in_flight_part_once")]

    def __str__(self) -> str:
        return f"{self.lease} {self.line}"
