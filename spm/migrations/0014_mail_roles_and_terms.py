"""Clerks deal with the mailbox, the data protection officer looks; how long e-mails are kept."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [("spm", "0013_signed_files"), ("mailroom", "0001_mail")]

    operations = [
        steps.grant("mailroom", {
            "Referent": ["view_incomingmail", "change_incomingmail"],
            "Inspektor ochrony danych": ["view_incomingmail"],
        }),
        steps.keep(
            ("mail", 12, "months", "załatwienie wiadomości", "art. 5 ust. 1 lit. e RODO: przyjęty wniosek ma własny skan"),
            ("mail_apart", 60, "days", "odebranie wiadomości", "art. 5 ust. 1 lit. e RODO: tyle, ile ktoś może pytać o zagubioną wiadomość"),
        ),
    ]
