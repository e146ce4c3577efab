"""Reminders in English and Ukrainian, fuller SMS for those who want them, calls, and notices in the browser."""

from django.db import migrations

# (kind, channel, language, detail, subject, body). What is read aloud names no sum: a voicemail is heard by others.
TEXTS = [
    ("due_approaching", "sms", "pl", "full", "",
     "((town)): ((title)), rata ((instalment)): ((amount_pln)), termin ((payable_on)). Zapłać po zalogowaniu: ((link))"),
    ("due_passed", "sms", "pl", "full", "",
     "((town)): ((title)), rata ((instalment)): ((amount_pln)), termin minął ((payable_on)). Szczegóły: ((link))"),
    ("several_dues", "sms", "pl", "full", "",
     "((town)): terminy płatności: ((count)), razem ((amount_pln)), najbliższy ((payable_on)). Szczegóły: ((link))"),
    ("due_approaching", "sms", "en", "short", "",
     "((town)): a payment is due on ((payable_on)). Sign in for details: ((link))"),
    ("due_passed", "sms", "en", "short", "",
     "((town)): a payment was due on ((payable_on)). Please check your account: ((link))"),
    ("several_dues", "sms", "en", "short", "",
     "((town)): payments due: ((count)), the first on ((payable_on)). Sign in for details: ((link))"),
    ("due_approaching", "sms", "en", "full", "",
     "((town)): ((title)), instalment ((instalment)): ((amount_pln)), due on ((payable_on)). Sign in to pay: ((link))"),
    ("due_passed", "sms", "en", "full", "",
     "((town)): ((title)), instalment ((instalment)): ((amount_pln)), was due on ((payable_on)). Details: ((link))"),
    ("several_dues", "sms", "en", "full", "",
     "((town)): payments due: ((count)), ((amount_pln)) in all, the first on ((payable_on)). Details: ((link))"),
    ("due_approaching", "sms", "uk", "short", "",
     "((town)): термін оплати – ((payable_on)). Деталі після входу: ((link))"),
    ("due_passed", "sms", "uk", "short", "",
     "((town)): термін оплати минув ((payable_on)). Перевірте рахунок: ((link))"),
    ("several_dues", "sms", "uk", "short", "",
     "((town)): термінів оплати: ((count)), найближчий – ((payable_on)). Деталі: ((link))"),
    ("due_approaching", "email", "en", "short", "Reminder: a payment is due on ((payable_on))",
     "Good morning,\n\na payment to the municipality is due soon.\n\n"
     "Due: ((title)), year ((year)), instalment ((instalment))\nAmount: ((amount_pln))\nDue date: ((payable_on))\n\n"
     "Sign in to pay online or to see the account number: ((link))\n\n"
     "If you have already paid, thank you – you need not answer this message.\n\n"
     "You receive this message because you agreed to be notified. You may withdraw your consent at any time."),
    ("due_passed", "email", "en", "short", "A payment was due on ((payable_on))",
     "Good morning,\n\nthere is a payment on your account whose due date has passed.\n\n"
     "Due: ((title)), year ((year)), instalment ((instalment))\nLeft to pay: ((amount_pln)) without interest\n"
     "Due date: ((payable_on))\n\nSign in to see today's sum with interest and how it is counted: ((link))\n\n"
     "If you paid in the last few days, please disregard this message.\n\n"
     "You receive this message because you agreed to be notified. You may withdraw your consent at any time."),
    ("several_dues", "email", "en", "short", "Payments due: ((count)), the first on ((payable_on))",
     "Good morning,\n\nthese payments to the municipality are due:\n\n((dues))\n\n"
     "In all: ((amount_pln)) without interest\n\n"
     "Sign in to see today's sum and the account number, or to pay online: ((link))\n\n"
     "If you have already paid, thank you – you need not answer this message.\n\n"
     "You receive this message because you agreed to be notified. You may withdraw your consent at any time."),
    ("due_approaching", "email", "uk", "short", "Нагадування: термін оплати – ((payable_on))",
     "Добрий день!\n\nНагадуємо: наближається термін оплати.\n\n"
     "Платіж: ((title)), рік ((year)), внесок ((instalment))\nСума: ((amount_pln))\nТермін: ((payable_on))\n\n"
     "Сплатити онлайн або побачити номер рахунку можна після входу: ((link))\n\n"
     "Якщо ви вже сплатили, дякуємо – відповідати не потрібно.\n\n"
     "Ви отримали це повідомлення, бо дали на це згоду. Її можна будь-коли відкликати."),
    ("due_passed", "email", "uk", "short", "Термін оплати минув ((payable_on))",
     "Добрий день!\n\nНа вашому рахунку є платіж, термін якого минув.\n\n"
     "Платіж: ((title)), рік ((year)), внесок ((instalment))\nЗалишилося сплатити: ((amount_pln)) без відсотків\n"
     "Термін: ((payable_on))\n\nСуму з відсотками на сьогодні покажемо після входу: ((link))\n\n"
     "Якщо ви сплатили останніми днями, не зважайте на це повідомлення.\n\n"
     "Ви отримали це повідомлення, бо дали на це згоду. Її можна будь-коли відкликати."),
    ("several_dues", "email", "uk", "short", "Термінів оплати: ((count)), найближчий – ((payable_on))",
     "Добрий день!\n\nНагадуємо про платежі:\n\n((dues))\n\nРазом: ((amount_pln)) без відсотків\n\n"
     "Суму на сьогодні та номер рахунку покажемо після входу: ((link))\n\n"
     "Якщо ви вже сплатили, дякуємо – відповідати не потрібно.\n\n"
     "Ви отримали це повідомлення, бо дали на це згоду. Її можна будь-коли відкликати."),
    ("due_approaching", "voice", "pl", "short", "",
     "Dzień dobry, tu urząd, ((town)). Przypominamy: ((payable_on)) mija termin płatności. Szczegóły są w portalu "
     "mieszkańca i w urzędzie. Dziękujemy, do widzenia."),
    ("due_passed", "voice", "pl", "short", "",
     "Dzień dobry, tu urząd, ((town)). Informujemy, że ((payable_on)) minął termin płatności. Szczegóły są w portalu "
     "mieszkańca i w urzędzie. Dziękujemy, do widzenia."),
    ("several_dues", "voice", "pl", "short", "",
     "Dzień dobry, tu urząd, ((town)). Przypominamy o terminach płatności, najbliższy to ((payable_on)). Szczegóły są "
     "w portalu mieszkańca i w urzędzie. Dziękujemy, do widzenia."),
    ("due_approaching", "push", "pl", "short", "Zbliża się termin płatności", "((town)): termin ((payable_on))."),
    ("due_passed", "push", "pl", "short", "Minął termin płatności", "((town)): termin minął ((payable_on))."),
    ("several_dues", "push", "pl", "short", "Terminy płatności: ((count))", "((town)): najbliższy ((payable_on))."),
    ("due_approaching", "push", "pl", "full", "Zbliża się termin płatności",
     "((title)), rata ((instalment)): ((amount_pln)), termin ((payable_on))."),
    ("due_passed", "push", "pl", "full", "Minął termin płatności",
     "((title)), rata ((instalment)): ((amount_pln)), termin minął ((payable_on))."),
    ("several_dues", "push", "pl", "full", "Terminy płatności: ((count))",
     "Razem ((amount_pln)), najbliższy ((payable_on))."),
    ("due_approaching", "push", "en", "short", "A payment is due soon", "((town)): due on ((payable_on))."),
    ("due_passed", "push", "en", "short", "A payment was due", "((town)): it was due on ((payable_on))."),
    ("several_dues", "push", "en", "short", "Payments due: ((count))", "((town)): the first on ((payable_on))."),
    ("due_approaching", "push", "uk", "short", "Наближається термін оплати", "((town)): термін – ((payable_on))."),
    ("due_passed", "push", "uk", "short", "Термін оплати минув", "((town)): термін минув ((payable_on))."),
    ("several_dues", "push", "uk", "short", "Термінів оплати: ((count))", "((town)): найближчий – ((payable_on))."),
]  # fmt: skip


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for kind, channel, language, detail, subject, body in TEXTS:
        made = template.objects.create(kind=kind, channel=channel, language=language, detail=detail)
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [
        ("liabilities", "0016_dunning_letters"),
        ("notifications", "0008_texts_by_language_and_wishes"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
