"""How long codes of addresses and service letters are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0008_roles_merge"), ("core", "0004_how_long_browsers_are_known")]

    operations = [
        steps.keep(
            ("address_codes", 31, "days", "wysłanie kodu", "art. 5 ust. 1 lit. e RODO: potwierdzenie jest ważne 30 dni"),
            ("service_letters", 31, "days", "dodanie do kolejki", "art. 5 ust. 1 lit. e RODO: tyle, ile trwają reklamacje"),
        ),
    ]
