"""After how many years the claims of civil kinds are barred (art. 118 k.c.); public ones after five (OP art. 70 § 1)."""

from django.db import migrations

YEARS = {
    "UZYTKOWANIE_WIECZYSTE": 3,
    "PRZEKSZTALCENIE": 3,
    "DZIERZAWA": 3,
    "WODA_SCIEKI": 3,
    "INNE_CYWILNE": 6,
}


def set_years(apps, schema_editor):
    kinds = apps.get_model("liabilities", "DueKind").objects
    for code, years in YEARS.items():
        kinds.filter(pk=code).update(limitation_years=years)


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0009_ledger_of_the_trade")]

    operations = [migrations.RunPython(set_years, migrations.RunPython.noop)]
