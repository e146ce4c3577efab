"""What bookkeeping does with imports, sources and tokens, and how long answers to finance systems are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TREASURER = [
    *("change_importrun", "view_importchange", "view_missingdue", "change_missingdue"),
    *("view_duesource", "add_duesource", "change_duesource", "view_apitoken", "add_apitoken", "change_apitoken"),
]


def grant(apps, schema_editor):
    config = apps.get_app_config("liabilities")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="liabilities", codename__in=TREASURER
    )
    assert found.count() == len(TREASURER)
    apps.get_model("auth", "Group").objects.get(name="Księgowość").permissions.add(*found)
    apps.get_model("core", "RetentionRule").objects.create(
        category="api_answers",
        amount=1,
        unit="months",
        since="odpowiedź",
        legal_basis="art. 5 ust. 1 lit. e RODO: tyle, ile system może ponawiać żądanie",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0011_bank_statements"), ("liabilities", "0008_imports_at_scale")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
