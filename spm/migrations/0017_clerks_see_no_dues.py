"""Tax secrecy (Ordynacja podatkowa, art. 293): a clerk of consents and identities needs nobody's dues.

What a message says names sums, so only who works with money reads it; a clerk sees that it was sent.
"""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0016_filed_powers_of_attorney"), ("notifications", "0007_reading_messages")]

    operations = [
        steps.take_away("liabilities", {
            "Referent": ["view_instalment", "view_liability"],
        }),
        steps.grant("notifications", {
            "Księgowość": ["read_message"],
        }),
    ]
