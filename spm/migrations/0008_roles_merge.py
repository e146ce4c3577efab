"""Clerks merge records of one person; the data protection officer sees which."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0007_administrator_recovers_accounts"), ("residents", "0009_merges")]

    operations = [
        steps.grant("residents", {
            "Referent": ["view_payermerge", "add_payermerge"],
            "Inspektor ochrony danych": ["view_payermerge"],
        }),
    ]
