"""The treasurer sees payouts of providers and settles them."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0024_officers_see_warnings"), ("payments", "0009_payouts")]

    operations = [
        steps.grant("payments", {
            "Księgowość": ["view_payout"],
        }),
    ]
