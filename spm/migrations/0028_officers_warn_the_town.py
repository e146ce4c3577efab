"""Crisis officers write, approve and send the town's warnings, and keep ready texts and districts."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OFFICER = [
    *("view_broadcast", "change_broadcast", "view_hazard", "change_hazard"),
    *("view_district", "add_district", "change_district"),
]


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
        category="broadcasts",
        amount=5,
        unit="calendar_years",
        since="nadanie ostrzeżenia",
        legal_basis="dowód wykonania zadania publicznego",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0027_posting_exports"),
        ("broadcasts", "0003_ready_texts"),
    ]

    operations = [
        migrations.RunPython(set_role, migrations.RunPython.noop),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
