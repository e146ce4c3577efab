"""Crisis officers see the warnings of sources and keep the staff's own list; how long its names are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0023_refunds"),
        ("broadcasts", "0001_warnings_of_sources"),
    ]

    operations = [
        steps.grant("broadcasts", {
            "Zarządzanie kryzysowe": ["view_sourcewarning", "view_sourcestate", "view_dutyofficer", "add_dutyofficer", "change_dutyofficer"],
        }),
        steps.keep(
            ("duty_officers", 30, "days", "zejście z listy dyżurów i ćwiczeń", "art. 5 ust. 1 lit. e RODO: dopóki ktoś pełni dyżury"),
        ),
    ]
