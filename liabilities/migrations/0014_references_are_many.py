"""A reference names one event: where the ledger came from few imports, the planner would take it for a common word.

Then it reads the whole ledger for each payment that it looks up by its reference. In force from the next ANALYZE on.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0013_missing_dues_written_off")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE liabilities_ledgerentry ALTER COLUMN reference SET (n_distinct = -0.3)",
            "ALTER TABLE liabilities_ledgerentry ALTER COLUMN reference RESET (n_distinct)",
        )
    ]
