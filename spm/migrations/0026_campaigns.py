"""Who warns the town also invites it: campaigns for its events, and what they cost."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0025_payouts"), ("notifications", "0009_campaigns")]

    operations = [
        steps.grant("notifications", {
            "Zarządzanie kryzysowe": ["view_campaign", "add_campaign", "view_spending"],
        }),
    ]
