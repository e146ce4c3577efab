"""The administrator's role keeps the kinds of notification."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0020_treasurer_keeps_the_ledger"), ("consents", "0012_topics_over_time")]

    operations = [
        steps.grant("consents", {
            "Administrator": ["view_topic", "change_topic"],
        }),
    ]
