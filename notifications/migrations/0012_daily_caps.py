"""Caps of messages a day, and the first texts of one message about several events."""

from django.db import migrations, models

TEXTS = [
    ("sms", "pl", "", "((town)): wydarzenia: ((titles)). Szczegóły: ((link))"),
    ("sms", "en", "", "((town)): events: ((titles)). More: ((link))"),
    ("sms", "uk", "", "((town)): події: ((titles)). Докладніше: ((link))"),
    ("email", "pl", "Wydarzenia: ((titles))",
     "Dzień dobry,\n\nzapraszamy:\n\n((events))\n\n"
     "Jest ich kilka w jednej wiadomości, żeby nie pisać do Pani/Pana zbyt często.\n\n"
     "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia o wydarzeniach."),
    ("email", "en", "Events: ((titles))",
     "Good morning,\n\nyou are invited:\n\n((events))\n\nThere are several in one message, so that we do not write too often."),
    ("email", "uk", "Події: ((titles))",
     "Добрий день!\n\nЗапрошуємо:\n\n((events))\n\nЇх кілька в одному повідомленні, щоб не писати надто часто."),
]  # fmt: skip


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for channel, language, subject, body in TEXTS:
        made = template.objects.create(kind="several_events", channel=channel, language=language)
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0011_mail_that_comes_back")]

    operations = [
        migrations.CreateModel(
            name="DailyCap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, unique=True, verbose_name="rodzaj wiadomości")),
                (
                    "most",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Wiadomości do jednej osoby jedną drogą; reszta wychodzi nazajutrz jako jedna. "
                        "Puste – bez limitu.",
                        null=True,
                        verbose_name="najwięcej dziennie",
                    ),
                ),
            ],
            options={
                "verbose_name": "dzienny limit wiadomości",
                "verbose_name_plural": "dzienne limity wiadomości",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most__isnull", True), ("most__gte", 1), _connector="OR"),
                        name="daily_cap_one_at_least",
                        violation_error_message="Limit to co najmniej jedna wiadomość dziennie.",
                    )
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
