"""The treasurer orders dunning letters, keeps their register and takes cases for writs."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0021_administrator_keeps_topics"),
        ("liabilities", "0016_dunning_letters"),
    ]

    operations = [
        steps.grant("liabilities", {
            "Księgowość": ["view_letterrun", "add_letterrun", "view_dunningletter", "change_dunningletter", "view_letterline"],
        }),
    ]
