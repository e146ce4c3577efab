"""The first texts of one message about several dues. The SMS names no amount and no kind of due."""

from django.db import migrations

TEXTS = [
    (
        "sms",
        "",
        "((town)): terminy płatności: ((count)), najbliższy ((payable_on)). Szczegóły po zalogowaniu: ((link))",
    ),
    (
        "email",
        "Terminy płatności: ((count)), najbliższy ((payable_on))",
        "Dzień dobry,\n\nprzypominamy o należnościach:\n\n((dues))\n\nRazem do zapłaty: ((amount_pln)) bez odsetek\n\n"
        "Kwotę na dziś i numer rachunku pokażemy po zalogowaniu, tam też można zapłacić online: ((link))\n\n"
        "Jeśli wpłata jest już w drodze, dziękujemy – ta wiadomość nie wymaga odpowiedzi.\n\n"
        "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia. Zgodę można w każdej chwili wycofać.",
    ),
]


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, subject, body in TEXTS:
        made = template.objects.create(kind="several_dues", channel=channel, language="pl")
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [("liabilities", "0011_decisions_by_number"), ("notifications", "0006_routes_and_joined_messages")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
