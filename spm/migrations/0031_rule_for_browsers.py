"""How long browsers that show notices are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0030_officers_keep_the_list")]

    operations = [
        steps.keep(
            ("push_browsers", 36, "months", "włączenie przeglądarki", "art. 5 ust. 1 lit. e RODO: do usunięcia lub wypisania się, potem zgoda wymaga odnowienia"),
        ),
    ]
