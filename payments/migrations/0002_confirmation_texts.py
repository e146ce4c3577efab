"""The first texts of a payment's confirmation."""

from django.db import migrations

TEXTS = [
    ("sms", "", "((town)): zaksięgowano wpłatę ((amount_pln)). Stan konta: ((balance_text)). ((link))"),
    (
        "email",
        "Zaksięgowano wpłatę ((amount_pln))",
        "Dzień dobry,\n\nzaksięgowano wpłatę ((amount_pln)) z dnia ((paid_on)), numer ((reference)).\n\n"
        "Stan konta: ((balance_text)).\n\nPotwierdzenie w PDF pobierzesz po zalogowaniu: ((link))\n\nDziękujemy.",
    ),
]


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, subject, body in TEXTS:
        made = template.objects.create(kind="payment_posted", channel=channel, language="pl")
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("notifications", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
