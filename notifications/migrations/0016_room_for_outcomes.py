from django.db import migrations


class Migration(migrations.Migration):
    """Each try is written when it begins and once more when it ends: with room beside it no index is written again."""

    dependencies = [("notifications", "0015_in_flight")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE notifications_attempt SET (fillfactor = 50)",
            "ALTER TABLE notifications_attempt RESET (fillfactor)",
        ),
    ]
