"""How long bank statements are kept, and who works with them."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0010_documents_kept"), ("payments", "0004_bank_statements")]

    operations = [
        steps.keep(
            ("statements", 5, "calendar_years", "dzień wyciągu", "art. 74 ust. 2 i 3 ustawy o rachunkowości"),
        ),
        steps.grant("payments", {
            "Księgowość": ["view_bankentry", "change_bankentry", "view_bankstatement", "change_bankstatement", "view_statementfile", "add_statementfile", "view_virtualaccount"],
        }),
    ]
