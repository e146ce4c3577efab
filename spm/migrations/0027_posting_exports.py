"""The treasurer makes and signs exports of postings."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0026_campaigns"), ("liabilities", "0020_postings")]

    operations = [
        steps.grant("liabilities", {
            "Księgowość": ["view_postingexport", "add_postingexport", "change_postingexport"],
        }),
    ]
