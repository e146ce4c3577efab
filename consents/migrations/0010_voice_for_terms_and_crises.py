"""Voice is offered where a call may be worth more than a text: terms of payment and crisis warnings."""

from django.db import migrations

VOICE = [
    *("property_tax", "transport_tax", "waste", "alcohol", "leases", "perpetual_usufruct", "other_dues"),
    "crisis",
]


def seed(apps, schema_editor):
    topic = apps.get_model("consents", "Topic")
    topic.objects.filter(code__in=VOICE).update(channels=["sms", "email", "voice"])


class Migration(migrations.Migration):
    dependencies = [("consents", "0009_forms_scans_and_channels")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
