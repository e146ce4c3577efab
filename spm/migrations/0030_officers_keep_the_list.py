"""Crisis officers keep the list of people who need help in danger."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OFFICER = ["view_assistedresident", "add_assistedresident", "change_assistedresident"]


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
        category="assisted_residents",
        amount=30,
        unit="days",
        since="skreślenie z listy",
        legal_basis="art. 5 ust. 1 lit. e RODO: dopóki trwa zgoda",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0029_daily_caps"),
        ("broadcasts", "0004_map_and_list_of_assisted"),
    ]

    operations = [
        migrations.RunPython(set_role, migrations.RunPython.noop),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
