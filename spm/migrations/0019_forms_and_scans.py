"""Clerks see printed forms and the queue of scans, the data protection officer too; how long both are kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEEN = ["view_printedform", "view_incomingscan"]
ROLES = ["Referent", "Inspektor ochrony danych"]
RULES = [
    (
        "printed_forms",
        24,
        "months",
        "wydrukowanie formularza, który nie wrócił",
        "art. 5 ust. 1 lit. e RODO: wydrukowany wniosek wraca zwykle w ciągu roku; zwrócony jest dowodem",
    ),
    (
        "incoming_scans",
        12,
        "months",
        "odłożenie skanu",
        "art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożone pismo",
    ),
]


def widen_roles(apps, schema_editor):
    config = apps.get_app_config("consents")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="consents", codename__in=SEEN)
    assert found.count() == len(SEEN)
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get(name=name).permissions.add(*found)


def seed_rules(apps, schema_editor):
    rule = apps.get_model("core", "RetentionRule")
    for category, amount, unit, since, basis in RULES:
        rule.objects.create(category=category, amount=amount, unit=unit, since=since, legal_basis=basis)


class Migration(migrations.Migration):
    dependencies = [("spm", "0018_papers_from_files"), ("consents", "0010_voice_for_terms_and_crises")]

    operations = [
        migrations.RunPython(widen_roles, migrations.RunPython.noop),
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
    ]
