"""Clerks see which papers came from files, and so does the data protection officer."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0017_clerks_see_no_dues"), ("consents", "0008_papers_from_files")]

    operations = [
        steps.grant("consents", {
            "Referent": ["view_importedpaper"],
            "Inspektor ochrony danych": ["view_importedpaper"],
        }),
    ]
