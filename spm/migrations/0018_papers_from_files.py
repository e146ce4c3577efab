"""Clerks see which papers came from files, and so does the data protection officer."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWERS = ("Referent", "Inspektor ochrony danych")


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("consents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="consents", codename="view_importedpaper"
    )
    for name in VIEWERS:
        apps.get_model("auth", "Group").objects.get(name=name).permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("spm", "0017_clerks_see_no_dues"), ("consents", "0008_papers_from_files")]

    operations = [migrations.RunPython(widen_roles, migrations.RunPython.noop)]
