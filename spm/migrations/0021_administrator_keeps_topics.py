"""The administrator's role keeps the kinds of notification."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

KEEPS = ["view_topic", "change_topic"]


def widen_role(apps, schema_editor):
    config = apps.get_app_config("consents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="consents", codename__in=KEEPS)
    assert found.count() == len(KEEPS)
    apps.get_model("auth", "Group").objects.get(name="Administrator").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0020_treasurer_keeps_the_ledger"), ("consents", "0012_topics_over_time")]

    operations = [migrations.RunPython(widen_role, migrations.RunPython.noop)]
