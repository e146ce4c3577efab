"""The treasurer sees payouts of providers and settles them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = ["view_payout"]


def set_role(apps, schema_editor):
    config = apps.get_app_config("payments")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="payments", codename__in=TREASURER
    )
    assert found.count() == len(TREASURER)
    apps.get_model("auth", "Group").objects.get(name="Księgowość").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0024_officers_see_warnings"), ("payments", "0009_payouts")]

    operations = [migrations.RunPython(set_role, migrations.RunPython.noop)]
