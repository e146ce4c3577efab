"""What a source said of the assessment is kept beside what it said is paid; of earlier dues, what its files entered."""

from decimal import Decimal

from django.db import migrations, models

TOLD = """
UPDATE liabilities_instalment AS i SET source_assessed = t.assessed FROM (
    SELECT e.instalment_id, sum(e.amount) AS assessed FROM liabilities_ledgerentry AS e
    LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
    WHERE e.account = 'principal' AND e.reference LIKE 'import:%'
        AND COALESCE(r.kind, e.kind) IN ('assessment', 'write_off')
    GROUP BY e.instalment_id
) AS t WHERE t.instalment_id = i.id
"""


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0014_references_are_many")]

    operations = [
        migrations.AddField(
            model_name="duesource",
            name="posts_within",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="Przez tyle dni różnica sald, którą tłumaczą wpisy z portalu, jest „w drodze”.",
                verbose_name="wpisy z portalu przejmuje w ciągu (dni)",
            ),
        ),
        migrations.AddField(
            model_name="instalment",
            name="source_assessed",
            field=models.DecimalField(
                db_default=Decimal("0"),
                decimal_places=2,
                default=Decimal("0"),
                max_digits=12,
                verbose_name="przypis według systemu",
            ),
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
    ]
