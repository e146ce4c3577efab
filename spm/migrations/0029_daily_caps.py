"""Who steers gateways also says how many messages a day are enough."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0028_officers_warn_the_town"), ("notifications", "0012_daily_caps")]

    operations = [
        steps.grant("notifications", {
            "Administrator": ["view_dailycap", "add_dailycap", "change_dailycap"],
        }),
    ]
