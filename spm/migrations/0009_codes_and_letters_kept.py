"""How long codes of addresses and service letters are kept."""

from django.db import migrations

RULES = (
    (
        "address_codes",
        "wysłanie kodu",
        "art. 5 ust. 1 lit. e RODO: potwierdzenie jest ważne 30 dni",
    ),
    (
        "service_letters",
        "dodanie do kolejki",
        "art. 5 ust. 1 lit. e RODO: tyle, ile trwają reklamacje",
    ),
)


def seed_rules(apps, schema_editor):
    rule = apps.get_model("core", "RetentionRule")
    for category, since, basis in RULES:
        rule.objects.create(category=category, amount=31, unit="days", since=since, legal_basis=basis)


class Migration(migrations.Migration):
    dependencies = [("spm", "0008_roles_merge"), ("core", "0004_how_long_browsers_are_known")]

    operations = [migrations.RunPython(seed_rules, migrations.RunPython.noop)]
