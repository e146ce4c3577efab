"""The administrator's role: people of the office, settings and journals, nobody's dues. The crisis officer warns the
town and reads nobody's messages or consents.
"""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0003_data_protection"),
        ("residents", "0004_look_reasons"),
        ("consents", "0001_initial"),
        ("notifications", "0001_initial"),
    ]

    operations = [
        steps.grant("residents", {
            "Administrator": ["view_account", "change_account", "view_lookreason", "add_lookreason", "change_lookreason"],
        }),
        steps.grant("notifications", {
            "Administrator": ["view_gatewayrest", "view_texttemplate", "view_textversion"],
        }),
        steps.grant("core", {
            "Administrator": ["view_auditentry", "view_inboundevent"],
        }),
        steps.take_away("consents", {
            "Zarządzanie kryzysowe": ["view_consent"],
        }),
        steps.take_away("notifications", {
            "Zarządzanie kryzysowe": ["view_message", "view_attempt"],
        }),
    ]
