"""How long documents are kept that nobody registered."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0009_codes_and_letters_kept"), ("core", "0005_stored_documents")]

    operations = [
        steps.keep(
            ("documents", 30, "days", "wczytanie dokumentu, do którego nie odwołuje się żadna sprawa", "art. 5 ust. 1 lit. e RODO: zarejestrowany wniosek ma własny skan"),
        ),
    ]
