"""Who steers gateways also says how many messages a day are enough."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ADMINISTRATOR = ["view_dailycap", "add_dailycap", "change_dailycap"]


def widen_role(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="notifications", codename__in=ADMINISTRATOR
    )
    assert found.count() == len(ADMINISTRATOR)
    apps.get_model("auth", "Group").objects.get(name="Administrator").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0028_officers_warn_the_town"), ("notifications", "0012_daily_caps")]

    operations = [migrations.RunPython(widen_role, migrations.RunPython.noop)]
