"""How long bank statements are kept, and who works with them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = (
    *("view_bankentry", "change_bankentry", "view_bankstatement", "change_bankstatement"),
    *("view_statementfile", "add_statementfile", "view_virtualaccount"),
)


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="statements",
        amount=5,
        unit="calendar_years",
        since="dzień wyciągu",
        legal_basis="art. 74 ust. 2 i 3 ustawy o rachunkowości",
    )


def set_role(apps, schema_editor):
    config = apps.get_app_config("payments")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="payments", codename__in=TREASURER
    )
    assert found.count() == len(TREASURER)
    apps.get_model("auth", "Group").objects.get(name="Księgowość").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0010_documents_kept"), ("payments", "0004_bank_statements")]

    operations = [
        migrations.RunPython(seed_rule, migrations.RunPython.noop),
        migrations.RunPython(set_role, migrations.RunPython.noop),
    ]
