"""Clerks see signed files, and so does the data protection officer; how long those set aside are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0012_imports_at_scale"), ("consents", "0007_signed_files")]

    operations = [
        steps.grant("consents", {
            "Referent": ["view_signedfile"],
            "Inspektor ochrony danych": ["view_signedfile"],
        }),
        steps.keep(
            ("signed_files", 12, "months", "odłożenie pliku; plik przyjętego wniosku zostaje z wnioskiem", "art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożony plik"),
        ),
    ]
