"""The texts of «your transfer was booked», in three languages; short SMS and notices in the browser name no sum."""

from django.db import migrations

TEXTS = [
    ("sms", "pl", "short", "", "((town)): zaksięgowano wpłatę na rachunek gminy. Stan konta po zalogowaniu: ((link))"),
    ("sms", "pl", "full", "",
     "((town)): zaksięgowano wpłatę ((amount_pln)). Stan konta: ((balance_text)). ((link))"),
    ("sms", "en", "short", "", "((town)): your transfer was booked. Sign in to see your account: ((link))"),
    ("sms", "en", "full", "", "((town)): your transfer of ((amount_pln)) was booked. Sign in for details: ((link))"),
    ("sms", "uk", "short", "", "((town)): переказ зараховано. Стан рахунку після входу: ((link))"),
    ("email", "pl", "short", "Zaksięgowano wpłatę ((amount_pln))",
     "Dzień dobry,\n\nzaksięgowano wpłatę ((amount_pln)) z dnia ((paid_on)), która przyszła na rachunek gminy.\n\n"
     "Stan konta: ((balance_text)).\n\nNa co poszła wpłata, zobaczysz po zalogowaniu: ((link))\n\nDziękujemy."),
    ("email", "en", "short", "Transfer of ((amount_pln)) booked",
     "Good morning,\n\nyour transfer of ((amount_pln)) of ((paid_on)) to the municipality's account was booked.\n\n"
     "Sign in to see your account and what the transfer paid: ((link))\n\nThank you."),
    ("email", "uk", "short", "Зараховано переказ ((amount_pln))",
     "Добрий день!\n\nЗараховано переказ ((amount_pln)) від ((paid_on)) на рахунок громади.\n\n"
     "Стан рахунку – після входу: ((link))\n\nДякуємо."),
    ("push", "pl", "short", "Zaksięgowano wpłatę", "((town)): stan konta jest w portalu."),
    ("push", "pl", "full", "Zaksięgowano wpłatę ((amount_pln))", "Stan konta: ((balance_text))."),
    ("push", "en", "short", "Transfer booked", "((town)): your account is in the portal."),
    ("push", "uk", "short", "Переказ зараховано", "((town)): стан рахунку в порталі."),
]  # fmt: skip


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, language, detail, subject, body in TEXTS:
        made = template.objects.create(kind="transfer_posted", channel=channel, language=language, detail=detail)
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0011_receipts"),
        ("notifications", "0008_texts_by_language_and_wishes"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
