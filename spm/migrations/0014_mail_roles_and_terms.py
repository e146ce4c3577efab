"""Clerks deal with the mailbox, the data protection officer looks; how long e-mails are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

WANTED = {
    "Referent": ["view_incomingmail", "change_incomingmail"],
    "Inspektor ochrony danych": ["view_incomingmail"],
}
RULES = (
    ("mail", 12, "months", "załatwienie wiadomości", "art. 5 ust. 1 lit. e RODO: przyjęty wniosek ma własny skan"),
    (
        "mail_apart",
        60,
        "days",
        "odebranie wiadomości",
        "art. 5 ust. 1 lit. e RODO: tyle, ile ktoś może pytać o zagubioną wiadomość",
    ),
)


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("mailroom")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name, codenames in WANTED.items():
        found = permission.objects.filter(content_type__app_label="mailroom", codename__in=codenames)
        assert found.count() == len(codenames), name
        group.objects.get(name=name).permissions.add(*found)


def seed_rules(apps, schema_editor):
    rule = apps.get_model("core", "RetentionRule")
    for category, amount, unit, since, basis in RULES:
        rule.objects.create(category=category, amount=amount, unit=unit, since=since, legal_basis=basis)


class Migration(migrations.Migration):
    dependencies = [("spm", "0013_signed_files"), ("mailroom", "0001_mail")]

    operations = [
        migrations.RunPython(widen_roles, migrations.RunPython.noop),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
