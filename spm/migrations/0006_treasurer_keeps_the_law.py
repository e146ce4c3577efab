"""The treasurer keeps days off, readings of the law and the regimes that are the town's choice; sees NBP's rates."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = [
    *("view_holiday", "add_holiday", "change_holiday", "view_reading", "add_reading", "change_reading"),
    *("view_bankrate", "change_duekind"),
]


def set_role(apps, schema_editor):
    config = apps.get_app_config("liabilities")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="liabilities", codename__in=TREASURER
    )
    assert found.count() == len(TREASURER)
    apps.get_model("auth", "Group").objects.get(name="Księgowość").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0005_administrator_sets_retention"),
        ("liabilities", "0005_days_off_and_readings"),
    ]

    operations = [migrations.RunPython(set_role, migrations.RunPython.noop)]
