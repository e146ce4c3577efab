"""How long documents are kept that nobody registered."""

from django.db import migrations


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="documents",
        amount=30,
        unit="days",
        since="wczytanie dokumentu, do którego nie odwołuje się żadna sprawa",
        legal_basis="art. 5 ust. 1 lit. e RODO: zarejestrowany wniosek ma własny skan",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0009_codes_and_letters_kept"), ("core", "0005_stored_documents")]

    operations = [migrations.RunPython(seed_rule, migrations.RunPython.noop)]
