"""The administrator steers gateways; the treasurer's clerk sees what they cost; how long dead addresses are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {
    "Administrator": [
        *("view_route", "add_route", "change_route", "view_spending"),
        *("view_suppressedaddress", "lift_suppressedaddress"),
    ],
    "Referent": ["view_suppressedaddress", "lift_suppressedaddress"],
    "Księgowość": ["view_spending"],
}


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("notifications")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name, codenames in WANTED.items():
        found = permission.objects.filter(content_type__app_label="notifications", codename__in=codenames)
        assert found.count() == len(codenames), name
        group.objects.get(name=name).permissions.add(*found)


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="suppressed_addresses",
        amount=12,
        unit="months",
        since="odmowa bramki",
        legal_basis="art. 5 ust. 1 lit. e RODO: numery wracają do obiegu po roku",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0014_mail_roles_and_terms"), ("notifications", "0006_routes_and_joined_messages")]

    operations = [
        migrations.RunPython(widen_roles, migrations.RunPython.noop),
        migrations.RunPython(seed_rule, migrations.RunPython.noop),
    ]
