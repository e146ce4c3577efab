"""Tax secrecy (Ordynacja podatkowa, art. 293): a clerk of consents and identities needs nobody's dues.

What a message says names sums, so only who works with money reads it; a clerk sees that it was sent.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TAKEN = ("view_instalment", "view_liability")


def take_away(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    found = permission.objects.filter(content_type__app_label="liabilities", codename__in=TAKEN)
    assert found.count() == len(TAKEN)
    group.objects.get(name="Referent").permissions.remove(*found)
    reading = permission.objects.get(content_type__app_label="notifications", codename="read_message")
    group.objects.get(name="Księgowość").permissions.add(reading)


class Migration(migrations.Migration):
    dependencies = [("spm", "0016_filed_powers_of_attorney"), ("notifications", "0007_reading_messages")]

    operations = [migrations.RunPython(take_away, migrations.RunPython.noop)]
