"""Ready texts of each hazard, and the parts of the town: data that the town edits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

CATEGORIES = [
    *(("Met", "pogoda"), ("Geo", "ziemia i woda"), ("Safety", "bezpieczeństwo"), ("Security", "porządek publiczny")),
    *(("Fire", "pożar"), ("Health", "zdrowie"), ("Env", "środowisko"), ("Transport", "transport")),
    *(("Infra", "sieci: woda, prąd, gaz"), ("CBRNE", "skażenie"), ("Rescue", "ratownictwo"), ("Other", "inne")),
]
RESPONSES = [
    *(("Shelter", "schroń się"), ("Evacuate", "opuść miejsce"), ("Prepare", "przygotuj się")),
    *(("Execute", "wykonaj polecenie"), ("Avoid", "unikaj"), ("Monitor", "śledź komunikaty"), ("None", "nic")),
]
PLACEHOLDERS = "Pola: ((gmina)), ((gdzie)), ((do))."


class Hazard(models.Model):
    """A hazard with ready texts in Polish, English and Ukrainian; ((gmina)), ((gdzie)) and ((do)) are filled in."""

    code = models.SlugField("kod", max_length=40, unique=True)
    name = models.CharField("nazwa", max_length=80)
    name_en = models.CharField("nazwa po angielsku", max_length=80)
    name_uk = models.CharField("nazwa po ukraińsku", max_length=80)
    category = models.CharField("kategoria CAP", max_length=12, choices=CATEGORIES)
    response = models.CharField("co robić (CAP)", max_length=12, choices=RESPONSES, default="Monitor")
    sms = models.TextField("SMS", help_text=PLACEHOLDERS)
    sms_en = models.TextField("SMS po angielsku", help_text=PLACEHOLDERS)
    sms_uk = models.TextField("SMS po ukraińsku", help_text=PLACEHOLDERS)
    advice = models.TextField("co robić", help_text="Do e-maila, głosu i na stronę.")
    advice_en = models.TextField("co robić, po angielsku")
    advice_uk = models.TextField("co robić, po ukraińsku")
    position = models.PositiveSmallIntegerField("kolejność", default=0)
    is_active = models.BooleanField("w użyciu", default=True)

    class Meta:
        verbose_name = "zagrożenie i gotowe teksty"
        verbose_name_plural = "gotowe teksty"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A part of the town that can be warned by its name: streets and postal codes."""

    name = models.CharField("nazwa", max_length=80, unique=True)
    streets = ArrayField(models.CharField(max_length=120), verbose_name="ulice", default=list, blank=True)
    postal_codes = ArrayField(models.CharField(max_length=6), verbose_name="kody pocztowe", default=list, blank=True)

    class Meta:
        verbose_name = "dzielnica lub sołectwo"
        verbose_name_plural = "dzielnice i sołectwa"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
