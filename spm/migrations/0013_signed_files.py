"""Clerks see signed files, and so does the data protection officer; how long those set aside are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWERS = ("Referent", "Inspektor ochrony danych")


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("consents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="consents", codename="view_signedfile"
    )
    for name in VIEWERS:
        apps.get_model("auth", "Group").objects.get(name=name).permissions.add(permission)


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="signed_files",
        amount=12,
        unit="months",
        since="odłożenie pliku; plik przyjętego wniosku zostaje z wnioskiem",
        legal_basis="art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożony plik",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0012_imports_at_scale"), ("consents", "0007_signed_files")]

    operations = [
        migrations.RunPython(widen_roles, migrations.RunPython.noop),
        migrations.RunPython(seed_rule, migrations.RunPython.noop),
    ]
