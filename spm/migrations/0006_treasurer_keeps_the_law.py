"""The treasurer keeps days off, readings of the law and the regimes that are the town's choice; sees NBP's rates."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0005_administrator_sets_retention"),
        ("liabilities", "0005_days_off_and_readings"),
    ]

    operations = [
        steps.grant("liabilities", {
            "Księgowość": ["view_holiday", "add_holiday", "change_holiday", "view_reading", "add_reading", "change_reading", "view_bankrate", "change_duekind"],
        }),
    ]
