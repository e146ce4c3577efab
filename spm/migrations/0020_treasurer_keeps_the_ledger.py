"""The treasurer enters in the ledger: storno, set-off, reliefs; sees decisions and facts of limitation."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = ["add_ledgerentry", "view_decision", "view_decisionpart", "view_limitationfact"]


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
    dependencies = [
        ("spm", "0019_forms_and_scans"),
        ("liabilities", "0012_several_dues_text"),
    ]

    operations = [migrations.RunPython(set_role, migrations.RunPython.noop)]
