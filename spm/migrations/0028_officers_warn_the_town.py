"""Crisis officers write, approve and send the town's warnings, and keep ready texts and districts."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0027_posting_exports"),
        ("broadcasts", "0003_ready_texts"),
    ]

    operations = [
        steps.grant("broadcasts", {
            "Zarządzanie kryzysowe": ["view_broadcast", "change_broadcast", "view_hazard", "change_hazard", "view_district", "add_district", "change_district"],
        }),
        steps.keep(
            ("broadcasts", 5, "calendar_years", "nadanie ostrzeżenia", "dowód wykonania zadania publicznego"),
        ),
    ]
