"""How long the browsers are known that somebody has signed in from."""

from django.db import migrations


def seed_rule(apps, schema_editor):
    apps.get_model("core", "RetentionRule").objects.create(
        category="devices",
        amount=400,
        unit="days",
        since="ostatnie logowanie z przeglądarki",
        legal_basis="art. 5 ust. 1 lit. e RODO: tyle, ile żyje ciasteczko",
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0003_sealed_events")]

    operations = [migrations.RunPython(seed_rule, migrations.RunPython.noop)]
