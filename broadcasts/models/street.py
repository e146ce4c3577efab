"""Streets with the coordinates of their addresses: what the town's own map is drawn of and a shape is measured on."""

from django.db import models


class MapStreet(models.Model):
    """A street as the register of addresses (EMUiA) knows it; `points` are [latitude, longitude] of its addresses."""

    name = models.CharField("nazwa", max_length=120, unique=True)
    points = models.JSONField("punkty")

    class Meta:
        verbose_name = "ulica na mapie"
        verbose_name_plural = "mapa gminy"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
