"""Who works with powers of attorney that people file in the portal, and how long these are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {
    "Referent": ["view_attorneyrequest", "change_attorneyrequest"],
    "Inspektor ochrony danych": ["view_attorneyrequest"],
}


def let_roles_work(apps, schema_editor):
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


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="attorney_requests",
        amount=12,
        unit="months",
        since="decyzja urzędu",
        legal_basis="art. 5 ust. 1 lit. e RODO: rok na pytania; przyjęte zostaje przy umocowaniu",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0015_gateways_and_dead_addresses"), ("residents", "0010_attorney_requests")]

    operations = [
        migrations.RunPython(let_roles_work, migrations.RunPython.noop),
        migrations.RunPython(seed_rule, migrations.RunPython.noop),
    ]
