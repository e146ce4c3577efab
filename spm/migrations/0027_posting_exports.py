"""The treasurer makes and signs exports of postings."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = ["view_postingexport", "add_postingexport", "change_postingexport"]


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
    dependencies = [("spm", "0026_campaigns"), ("liabilities", "0020_postings")]

    operations = [migrations.RunPython(set_role, migrations.RunPython.noop)]
