"""The reasons from which staff choose before they open somebody's card; the administrator changes them later."""

from django.db import migrations

REASONS = (
    "obsługa przy okienku",
    "rozmowa telefoniczna",
    "pismo lub wniosek mieszkańca",
    "wyjaśnienie wpłaty",
    "kontrola",
)


def add_reasons(apps, schema_editor):
    reason = apps.get_model("residents", "LookReason")
    for text in REASONS:
        reason.objects.get_or_create(text=text)


class Migration(migrations.Migration):
    dependencies = [("residents", "0003_data_requests")]

    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
