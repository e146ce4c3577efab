"""The office's roles as groups, each with the least that its work needs."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

CLERK = {
    "consents": ["view_topic", "add_consentapplication", "change_consentapplication", "view_consentapplication",
                 "view_applicationchoice", "view_consent"],
    "residents": ["view_payer", "add_payer", "change_payer", "view_contact", "view_mandate", "add_mandate",
                  "change_mandate", "view_account", "view_confirmationcode", "add_confirmationcode"],
    "notifications": ["view_message", "view_attempt"],
    "liabilities": ["view_instalment", "view_liability"],
}
TREASURER = {
    "residents": ["view_payer"],
    "liabilities": ["view_duekind", "view_liability", "view_instalment", "view_ledgerentry", "view_importrun",
                    "add_importrun", "view_importproblem", "view_interestrate", "add_interestrate",
                    "change_interestrate", "view_fee", "add_fee", "change_fee", "view_reminderrule",
                    "add_reminderrule", "change_reminderrule"],
    "payments": ["view_payment", "change_payment", "view_paymentline", "view_paymentchange"],
    "notifications": ["view_message", "view_attempt", "view_texttemplate", "change_texttemplate", "view_textversion"],
    "core": ["view_inboundevent"],
}
OFFICER = {
    "consents": ["view_topic", "view_consent"],
    "notifications": ["view_message", "view_attempt", "view_texttemplate", "change_texttemplate", "view_textversion"],
}
PROTECTION = {
    "residents": ["view_payer", "view_accessrecord", "view_mandate", "view_account"],
    "consents": ["view_consentapplication", "view_consent", "view_topic"],
    "core": ["view_auditentry", "view_inboundevent"],
}
ROLES = {
    "Referent": CLERK,
    "Księgowość": TREASURER,
    "Zarządzanie kryzysowe": OFFICER,
    "Inspektor ochrony danych": PROTECTION,
}


def make_roles(apps, schema_editor):
    for label in ("core", "residents", "consents", "notifications", "liabilities", "payments"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name, wanted in ROLES.items():
        role, _ = group.objects.get_or_create(name=name)
        for label, codenames in wanted.items():
            found = permission.objects.filter(content_type__app_label=label, codename__in=codenames)
            assert found.count() == len(codenames), (name, label)
            role.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0001_initial"),
        ("residents", "0001_initial"),
        ("consents", "0001_initial"),
        ("notifications", "0001_initial"),
        ("liabilities", "0001_initial"),
        ("payments", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
