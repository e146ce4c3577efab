"""What bookkeeping does with imports, sources and tokens, and how long answers to finance systems are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0011_bank_statements"), ("liabilities", "0008_imports_at_scale")]

    operations = [
        steps.grant("liabilities", {
            "Księgowość": ["change_importrun", "view_importchange", "view_missingdue", "change_missingdue", "view_duesource", "add_duesource", "change_duesource", "view_apitoken", "add_apitoken", "change_apitoken"],
        }),
        steps.keep(
            ("api_answers", 1, "months", "odpowiedź", "art. 5 ust. 1 lit. e RODO: tyle, ile system może ponawiać żądanie"),
        ),
    ]
