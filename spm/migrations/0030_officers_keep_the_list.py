"""Crisis officers keep the list of people who need help in danger."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0029_daily_caps"),
        ("broadcasts", "0004_map_and_list_of_assisted"),
    ]

    operations = [
        steps.grant("broadcasts", {
            "Zarządzanie kryzysowe": ["view_assistedresident", "add_assistedresident", "change_assistedresident"],
        }),
        steps.keep(
            ("assisted_residents", 30, "days", "skreślenie z listy", "art. 5 ust. 1 lit. e RODO: dopóki trwa zgoda"),
        ),
    ]
