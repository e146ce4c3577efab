"""Kinds of due, interest rates and fees with their sources, and when to remind."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"

KINDS = [
    ("PODATEK_NIERUCHOMOSCI_OF", "Podatek od nieruchomości (osoby fizyczne)", "tax", "property_tax"),
    ("PODATEK_NIERUCHOMOSCI_OP", "Podatek od nieruchomości (osoby prawne)", "tax", "property_tax"),
    ("PODATEK_ROLNY", "Podatek rolny", "tax", "property_tax"),
    ("PODATEK_LESNY", "Podatek leśny", "tax", "property_tax"),
    ("LACZNE_ZOBOWIAZANIE", "Łączne zobowiązanie pieniężne", "tax", "property_tax"),
    ("PODATEK_TRANSPORTOWY", "Podatek od środków transportowych", "tax", "transport_tax"),
    ("ODPADY", "Opłata za gospodarowanie odpadami", "tax", "waste"),
    ("KONCESJA_ALKOHOLOWA", "Opłata za zezwolenie na sprzedaż alkoholu", "alcohol", "alcohol"),
    ("UZYTKOWANIE_WIECZYSTE", "Użytkowanie wieczyste", "civil", "perpetual_usufruct"),
    ("PRZEKSZTALCENIE", "Opłata przekształceniowa", "civil", "perpetual_usufruct"),
    ("DZIERZAWA", "Dzierżawa lub najem", "civil", "leases"),
    ("WODA_SCIEKI", "Woda i ścieki", "civil", "other_dues"),
    ("INNE_PUBLICZNE", "Inna należność publicznoprawna", "tax", "other_dues"),
    ("INNE_CYWILNE", "Inna należność cywilnoprawna", "civil", "other_dues"),
]
RATES = {
    "tax": "tax_interest_rates.csv",
    "civil": "civil_interest_rates.csv",
    "commercial": "commercial_interest_rates.csv",
}


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def seed(apps, schema_editor):
    kind = apps.get_model("liabilities", "DueKind")
    kind.objects.bulk_create(kind(code=c, name=n, regime=r, topic_code=t) for c, n, r, t in KINDS)
    rate = apps.get_model("liabilities", "InterestRate")
    rate.objects.bulk_create(
        rate(
            regime=regime,
            valid_from=date.fromisoformat(row["valid_from"]),
            percent=Decimal(row["rate_percent"]),
            source=row["source"] or "",
        )
        for regime, name in RATES.items()
        for row in rows(name)
    )
    fee = apps.get_model("liabilities", "Fee")
    fee.objects.bulk_create(
        fee(
            kind=row["fee"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            amount=Decimal(row["amount_pln"]),
            source=row["source"],
        )
        for row in rows("fees.csv")
    )
    rule = apps.get_model("liabilities", "ReminderRule")
    rule.objects.bulk_create(rule(days_before=days) for days in (7, 1, -1, -14))


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
