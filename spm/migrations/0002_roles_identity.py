"""What the office's roles need for disputed identities, mandates' scans and the reasons of looks."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0001_staff_roles"),
        ("residents", "0002_claims_mandates_looks"),
    ]

    operations = [
        steps.grant("residents", {
            "Referent": ["view_claim", "change_claim"],
            "Inspektor ochrony danych": ["view_claim", "view_lookreason"],
        }),
    ]
