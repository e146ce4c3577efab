"""Clerks see printed forms and the queue of scans, the data protection officer too; how long both are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0018_papers_from_files"), ("consents", "0010_voice_for_terms_and_crises")]

    operations = [
        steps.grant("consents", {
            "Referent": ["view_printedform", "view_incomingscan"],
            "Inspektor ochrony danych": ["view_printedform", "view_incomingscan"],
        }),
        steps.keep(
            ("printed_forms", 24, "months", "wydrukowanie formularza, który nie wrócił", "art. 5 ust. 1 lit. e RODO: wydrukowany wniosek wraca zwykle w ciągu roku; zwrócony jest dowodem"),
            ("incoming_scans", 12, "months", "odłożenie skanu", "art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożone pismo"),
        ),
    ]
