"""The first texts of campaigns for the town's events."""

from django.db import migrations

NO_MORE = "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia o wydarzeniach."
TEXTS = [
    ("sms", "pl", "", "((town)): ((title)), ((when)), ((place)). ((details)) ((link))"),
    ("sms", "en", "", "((town)): ((title)), ((when)), ((place)). ((details)) ((link))"),
    ("sms", "uk", "", "((town)): ((title)), ((when)), ((place)). ((details)) ((link))"),
    ("email", "pl", "((title)), ((when))",
     "Dzień dobry,\n\nzapraszamy: ((title)).\n\nKiedy: ((when))\nGdzie: ((place))\n\n((details))\n\n"
     f"Więcej: ((link))\n\n{NO_MORE}"),
    ("email", "en", "((title)), ((when))",
     "Good morning,\n\nyou are invited: ((title)).\n\nWhen: ((when))\nWhere: ((place))\n\n((details))\n\nMore: ((link))"),
    ("email", "uk", "((title)), ((when))",
     "Добрий день!\n\nЗапрошуємо: ((title)).\n\nКоли: ((when))\nДе: ((place))\n\n((details))\n\nДокладніше: ((link))"),
]  # fmt: skip


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, language, subject, body in TEXTS:
        made = template.objects.create(kind="event", channel=channel, language=language)
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0009_campaigns")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
