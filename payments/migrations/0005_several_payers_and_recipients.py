"""A payment may hold dues of several payers, has a recipient, and may bear a fee."""

import django.db.models.deletion
from django.db import migrations, models

import core.fields

# The table refuses changes: its trigger sleeps while each line gets the payer that its payment had.
FILL = """
ALTER TABLE payments_paymentline DISABLE TRIGGER USER;
UPDATE payments_paymentline l SET payer_id = p.payer_id FROM payments_payment p WHERE p.id = l.payment_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE payments_paymentline ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_bank_statements"), ("residents", "0009_merges")]

    operations = [
        migrations.AddField(
            "payment", "recipient", models.CharField(blank=True, default="", max_length=20, verbose_name="odbiorca")
        ),
        migrations.AddField(
            "payment",
            "fee",
            models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="opłata operatora"),
        ),
        migrations.AddField(
            "payment",
            "provider_payment_id",
            models.CharField(blank=True, default="", max_length=80, verbose_name="numer wpłaty u operatora"),
        ),
        migrations.AddField(
            "payment",
            "redirect_fields",
            core.fields.SealedTextField(blank=True, default="", verbose_name="pola formularza operatora"),
        ),
        migrations.AddField(
            "payment", "rest", models.JSONField(blank=True, default=list, verbose_name="reszta koszyka")
        ),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                name="payment_fee_not_negative",
                condition=models.Q(("fee__gte", 0)),
                violation_error_message="Opłata operatora nie może być ujemna.",
            ),
        ),
        migrations.AddField(
            "paymentline",
            "payer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="residents.payer",
                verbose_name="płatnik",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            "paymentline",
            "payer",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="residents.payer",
                verbose_name="płatnik",
            ),
        ),
    ]
