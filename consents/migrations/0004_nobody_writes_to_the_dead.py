"""The view of who may get what leaves out who died, and records that were merged into another one."""

from django.db import migrations

VIEW = """
CREATE OR REPLACE VIEW consents_permitted_contact AS
SELECT c.payer_id || '-' || c.topic_id || '-' || c.channel AS id,
       c.payer_id, c.topic_id, c.channel, a.address
FROM consents_consent c
JOIN residents_payer p ON p.id = c.payer_id AND p.deceased_on IS NULL AND p.merged_into_id IS NULL
JOIN consents_topic t ON t.id = c.topic_id AND t.is_active
JOIN residents_contact a ON a.payer_id = c.payer_id
    AND a.kind = CASE c.channel WHEN 'email' THEN 'email' ELSE 'phone' END
WHERE c.during @> now()
UNION
SELECT a.payer_id || '-' || t.id || '-' || CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END,
       a.payer_id, t.id, CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END, a.address
FROM residents_contact a
JOIN residents_payer p ON p.id = a.payer_id AND p.deceased_on IS NULL AND p.merged_into_id IS NULL
JOIN consents_topic t ON t.is_active AND t.basis = 'statute'
"""
BEFORE = """
CREATE OR REPLACE VIEW consents_permitted_contact AS
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


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0003_retention_of_refused"),
        ("residents", "0005_kinds_of_payers"),
    ]

    operations = [migrations.RunSQL(VIEW, BEFORE)]
