"""Who warns the town also invites it: campaigns for its events, and what they cost."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OFFICER = ["view_campaign", "add_campaign", "view_spending"]


def widen_role(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="notifications", codename__in=OFFICER
    )
    assert found.count() == len(OFFICER)
    apps.get_model("auth", "Group").objects.get(name="Zarządzanie kryzysowe").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0025_payouts"), ("notifications", "0009_campaigns")]

    operations = [migrations.RunPython(widen_role, migrations.RunPython.noop)]
