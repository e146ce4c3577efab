"""The kinds of notification on the town's application, and the view of who may get what."""

from django.db import migrations

TOPICS = [
    ("property_tax", "Podatek od nieruchomości, rolny i leśny", "Terminy płatności"),
    ("transport_tax", "Podatek od środków transportowych", "Terminy płatności"),
    ("waste", "Opłata za gospodarowanie odpadami", "Terminy płatności"),
    ("alcohol", "Opłata za zezwolenie na sprzedaż alkoholu", "Terminy płatności"),
    ("leases", "Dzierżawa i najem", "Terminy płatności"),
    ("perpetual_usufruct", "Użytkowanie wieczyste i przekształcenie", "Terminy płatności"),
    ("other_dues", "Woda, ścieki i inne należności", "Terminy płatności"),
    ("payments", "Potwierdzenia wpłat i stan konta", "Moje sprawy"),
    ("case_state", "Stan mojej sprawy w urzędzie", "Moje sprawy"),
    ("documents", "Ważność dokumentów i zezwoleń", "Moje sprawy"),
    ("crisis", "Ostrzeżenia kryzysowe", "Bezpieczeństwo"),
    ("events_culture", "Wydarzenia kulturalne", "Wydarzenia"),
    ("events_sport", "Wydarzenia sportowe", "Wydarzenia"),
    ("events_tourism", "Wydarzenia turystyczne", "Wydarzenia"),
    ("events_recreation", "Rekreacja i wypoczynek", "Wydarzenia"),
]

VIEW = """
CREATE VIEW consents_permitted_contact AS
SELECT c.payer_id || '-' || c.topic_id || '-' || c.channel AS id,
       c.payer_id, c.topic_id, c.channel, a.address
FROM consents_consent c
JOIN consents_topic t ON t.id = c.topic_id AND t.is_active
JOIN residents_contact a ON a.payer_id = c.payer_id
    AND a.kind = CASE c.channel WHEN 'email' THEN 'email' ELSE 'phone' END
WHERE c.during @> now()
UNION
SELECT a.payer_id || '-' || t.id || '-' || CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END,
       a.payer_id, t.id, CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END, a.address
FROM residents_contact a
JOIN consents_topic t ON t.is_active AND t.basis = 'statute'
"""


def seed(apps, schema_editor):
    topic = apps.get_model("consents", "Topic")
    topic.objects.bulk_create(
        topic(code=code, name=name, group=group, position=10 * place)
        for place, (code, name, group) in enumerate(TOPICS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("consents", "0001_initial")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(VIEW, "DROP VIEW consents_permitted_contact"),
    ]
