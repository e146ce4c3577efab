"""The administrator's role helps who lost a second factor, and ends sessions of accounts in wrong hands."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def let_administrator_recover(apps, schema_editor):
    config = apps.get_app_config("residents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission")
    found = permission.objects.filter(
        content_type__app_label="residents", codename__in=["remove_second_factor", "end_sessions"]
    )
    assert found.count() == 2
    apps.get_model("auth", "Group").objects.get(name="Administrator").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0006_treasurer_keeps_the_law"), ("residents", "0007_sessions_and_devices")]

    operations = [migrations.RunPython(let_administrator_recover, migrations.RunPython.noop)]
