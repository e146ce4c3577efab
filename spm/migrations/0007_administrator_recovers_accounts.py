"""The administrator's role helps who lost a second factor, and ends sessions of accounts in wrong hands."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0006_treasurer_keeps_the_law"), ("residents", "0007_sessions_and_devices")]

    operations = [
        steps.grant("residents", {
            "Administrator": ["remove_second_factor", "end_sessions"],
        }),
    ]
