"""The office's roles as groups, each with the least that its work needs."""

from django.db import migrations

from spm import migration_steps as steps


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

    operations = [
        steps.grant("core", {
            "Księgowość": ["view_inboundevent"],
            "Inspektor ochrony danych": ["view_auditentry", "view_inboundevent"],
        }),
        steps.grant("residents", {
            "Referent": ["view_payer", "add_payer", "change_payer", "view_contact", "view_mandate", "add_mandate", "change_mandate", "view_account", "view_confirmationcode", "add_confirmationcode"],
            "Księgowość": ["view_payer"],
            "Inspektor ochrony danych": ["view_payer", "view_accessrecord", "view_mandate", "view_account"],
        }),
        steps.grant("consents", {
            "Referent": ["view_topic", "add_consentapplication", "change_consentapplication", "view_consentapplication", "view_applicationchoice", "view_consent"],
            "Zarządzanie kryzysowe": ["view_topic", "view_consent"],
            "Inspektor ochrony danych": ["view_consentapplication", "view_consent", "view_topic"],
        }),
        steps.grant("notifications", {
            "Referent": ["view_message", "view_attempt"],
            "Księgowość": ["view_message", "view_attempt", "view_texttemplate", "change_texttemplate", "view_textversion"],
            "Zarządzanie kryzysowe": ["view_message", "view_attempt", "view_texttemplate", "change_texttemplate", "view_textversion"],
        }),
        steps.grant("liabilities", {
            "Referent": ["view_instalment", "view_liability"],
            "Księgowość": ["view_duekind", "view_liability", "view_instalment", "view_ledgerentry", "view_importrun", "add_importrun", "view_importproblem", "view_interestrate", "add_interestrate", "change_interestrate", "view_fee", "add_fee", "change_fee", "view_reminderrule", "add_reminderrule", "change_reminderrule"],
        }),
        steps.grant("payments", {
            "Księgowość": ["view_payment", "change_payment", "view_paymentline", "view_paymentchange"],
        }),
    ]
