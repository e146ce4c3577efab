"""Statutory days off with their acts, and how the law is read where it leaves a choice."""

import csv
from pathlib import Path

from django.db import migrations

HOLIDAYS = Path(__file__).resolve().parent.parent.parent / "core" / "data" / "holidays.csv"
READINGS = [
    ("minimum_compares", "rounded", "kalkulator Ministerstwa Finansów; PodatkiKS"),
    ("alcohol_terms", "moves", "Ordynacja podatkowa art. 12 § 5, stosowany odpowiednio"),
]


def seed(apps, schema_editor):
    holiday = apps.get_model("liabilities", "Holiday")
    with HOLIDAYS.open(encoding="utf-8", newline="") as file:
        holiday.objects.bulk_create(
            holiday(
                day=row["day"],
                valid_from=int(row["valid_from"]),
                valid_to=int(row["valid_to"]) if row["valid_to"] else None,
                name=row["name"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        )
    reading = apps.get_model("liabilities", "Reading")
    reading.objects.bulk_create(
        reading(question=question, valid_from=None, answer=answer, source=source)
        for question, answer, source in READINGS
    )


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0004_law_as_tables")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
