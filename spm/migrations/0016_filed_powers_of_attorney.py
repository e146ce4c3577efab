"""Who works with powers of attorney that people file in the portal, and how long these are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0015_gateways_and_dead_addresses"), ("residents", "0010_attorney_requests")]

    operations = [
        steps.grant("residents", {
            "Referent": ["view_attorneyrequest", "change_attorneyrequest"],
            "Inspektor ochrony danych": ["view_attorneyrequest"],
        }),
        steps.keep(
            ("attorney_requests", 12, "months", "decyzja urzędu", "art. 5 ust. 1 lit. e RODO: rok na pytania; przyjęte zostaje przy umocowaniu"),
        ),
    ]
