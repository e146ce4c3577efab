"""The administrator's role sets how long things are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0004_administrator_role"), ("core", "0002_retention_rules")]

    operations = [
        steps.grant("core", {
            "Administrator": ["view_retentionrule", "change_retentionrule"],
        }),
    ]
