"""The treasurer asks for refunds, approves those of others, and notes what providers took back."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0022_treasurer_duns"), ("payments", "0008_refunds")]

    operations = [
        steps.grant("payments", {
            "Księgowość": ["view_refund", "add_refund", "change_refund", "view_reversal", "add_reversal", "change_reversal"],
        }),
    ]
