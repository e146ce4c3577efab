"""How long browsers that show notices are kept."""

from django.db import migrations


def seed_rules(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="push_browsers",
        amount=36,
        unit="months",
        since="włączenie przeglądarki",
        legal_basis="art. 5 ust. 1 lit. e RODO: do usunięcia lub wypisania się, potem zgoda wymaga odnowienia",
    )


class Migration(migrations.Migration):
    dependencies = [("spm", "0030_officers_keep_the_list")]

    operations = [migrations.RunPython(seed_rules, migrations.RunPython.noop)]
