"""The treasurer enters in the ledger: storno, set-off, reliefs; sees decisions and facts of limitation."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0019_forms_and_scans"),
        ("liabilities", "0012_several_dues_text"),
    ]

    operations = [
        steps.grant("liabilities", {
            "Księgowość": ["add_ledgerentry", "view_decision", "view_decisionpart", "view_limitationfact"],
        }),
    ]
