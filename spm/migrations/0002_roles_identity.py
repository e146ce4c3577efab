"""What the office's roles need for disputed identities, mandates' scans and the reasons of looks."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {
    "Referent": ["view_claim", "change_claim"],
    "Inspektor ochrony danych": ["view_claim", "view_lookreason"],
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
    dependencies = [
        ("spm", "0001_staff_roles"),
        ("residents", "0002_claims_mandates_looks"),
    ]

    operations = [migrations.RunPython(widen_roles, migrations.RunPython.noop)]
