"""Crisis officers see the warnings of sources and keep the staff's own list; how long its names are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OFFICER = ["view_sourcewarning", "view_sourcestate", "view_dutyofficer", "add_dutyofficer", "change_dutyofficer"]


def set_role(apps, schema_editor):
    config = apps.get_app_config("broadcasts")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="broadcasts", codename__in=OFFICER
    )
    assert found.count() == len(OFFICER)
    apps.get_model("auth", "Group").objects.get(name="Zarządzanie kryzysowe").permissions.add(*found)


def seed_rules(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="duty_officers",
        amount=30,
        unit="days",
        since="zejście z listy dyżurów i ćwiczeń",
        legal_basis="art. 5 ust. 1 lit. e RODO: dopóki ktoś pełni dyżury",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0023_refunds"),
        ("broadcasts", "0001_warnings_of_sources"),
    ]

    operations = [
        migrations.RunPython(set_role, migrations.RunPython.noop),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
