"""Clerks merge records of one person; the data protection officer sees which."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {
    "Referent": ["view_payermerge", "add_payermerge"],
    "Inspektor ochrony danych": ["view_payermerge"],
}


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("residents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name, codenames in WANTED.items():
        found = permission.objects.filter(content_type__app_label="residents", codename__in=codenames)
        assert found.count() == len(codenames), name
        group.objects.get(name=name).permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0007_administrator_recovers_accounts"), ("residents", "0009_merges")]

    operations = [migrations.RunPython(widen_roles, migrations.RunPython.noop)]
