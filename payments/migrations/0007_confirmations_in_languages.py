"""Confirmations in English and Ukrainian; the SMS and the notice in the browser name no sum unless that was chosen."""

from django.db import migrations

FULL_SMS = "((town)): zaksięgowano wpłatę ((amount_pln)). Stan konta: ((balance_text)). ((link))"
SHORT_SMS = "((town)): zaksięgowano wpłatę. Potwierdzenie po zalogowaniu: ((link))"
TEXTS = [
    ("sms", "pl", "full", "", FULL_SMS),
    ("sms", "en", "short", "", "((town)): your payment was booked. Sign in for the confirmation: ((link))"),
    ("sms", "en", "full", "", "((town)): your payment of ((amount_pln)) was booked. Sign in for details: ((link))"),
    ("sms", "uk", "short", "", "((town)): платіж зараховано. Підтвердження після входу: ((link))"),
    ("email", "en", "short", "Payment of ((amount_pln)) booked",
     "Good morning,\n\nyour payment of ((amount_pln)) of ((paid_on)), number ((reference)), was booked.\n\n"
     "Sign in to see your account and to download the confirmation: ((link))\n\nThank you."),
    ("email", "uk", "short", "Зараховано платіж ((amount_pln))",
     "Добрий день!\n\nЗараховано платіж ((amount_pln)) від ((paid_on)), номер ((reference)).\n\n"
     "Стан рахунку й підтвердження – після входу: ((link))\n\nДякуємо."),
    ("push", "pl", "short", "Zaksięgowano wpłatę", "((town)): potwierdzenie jest w portalu."),
    ("push", "pl", "full", "Zaksięgowano wpłatę ((amount_pln))", "Stan konta: ((balance_text))."),
    ("push", "en", "short", "Payment booked", "((town)): the confirmation is in the portal."),
    ("push", "uk", "short", "Платіж зараховано", "((town)): підтвердження є в порталі."),
]  # fmt: skip


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, language, detail, subject, body in TEXTS:
        made = template.objects.create(kind="payment_posted", channel=channel, language=language, detail=detail)
        version.objects.create(template=made, number=1, subject=subject, body=body)
    short = template.objects.get(kind="payment_posted", channel="sms", language="pl", detail="short", topic_code="")
    newest = version.objects.filter(template=short).order_by("-number").first()
    version.objects.create(template=short, number=newest.number + 1, subject="", body=SHORT_SMS)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_entries_by_sender"),
        ("notifications", "0008_texts_by_language_and_wishes"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
