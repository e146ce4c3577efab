"""Kinds of notification over time; the view of who may get what without sorting, by the indexes of those in force."""

from datetime import UTC, datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

VIEW = """
CREATE OR REPLACE VIEW consents_permitted_contact AS
SELECT c.payer_id || '-' || c.topic_id || '-' || c.channel AS id,
       c.payer_id, c.topic_id, c.channel, a.address
FROM consents_consent c
JOIN consents_topic t ON t.id = c.topic_id AND t.is_active
    AND (t.basis <> 'statute' OR c.channel = 'voice' OR c.channel <> ALL (t.channels))
JOIN residents_contact a ON a.payer_id = c.payer_id
    AND a.kind = CASE c.channel WHEN 'email' THEN 'email' ELSE 'phone' END
WHERE upper(c.during) IS NULL AND NOT isempty(c.during) AND lower(c.during) <= now()
    AND NOT EXISTS (SELECT FROM residents_payer p
                    WHERE p.id = c.payer_id AND (p.deceased_on IS NOT NULL OR p.merged_into_id IS NOT NULL))
UNION ALL
SELECT a.payer_id || '-' || t.id || '-' || CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END,
       a.payer_id, t.id, CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END::varchar, a.address
FROM residents_contact a
JOIN consents_topic t ON t.is_active AND t.basis = 'statute'
    AND CASE a.kind WHEN 'email' THEN 'email' ELSE 'sms' END = ANY (t.channels)
WHERE NOT EXISTS (SELECT FROM residents_payer p
                  WHERE p.id = a.payer_id AND (p.deceased_on IS NOT NULL OR p.merged_into_id IS NOT NULL))
"""
# Without them PostgreSQL takes nearly every consent for ended, and joins row by row.
STATISTICS = """
CREATE STATISTICS consent_ends ON (upper(during)) FROM consents_consent;
CREATE STATISTICS consent_begins ON (lower(during)) FROM consents_consent;
"""
NO_STATISTICS = "DROP STATISTICS IF EXISTS consent_ends; DROP STATISTICS IF EXISTS consent_begins;"
BEFORE = """
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
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def name_grounds(apps, schema_editor):
    apps.get_model("consents", "Topic").objects.filter(basis="statute").update(ground="(przepisu nie podano)")


def begin_versions(apps, schema_editor):
    version = apps.get_model("consents", "TopicVersion")
    version.objects.bulk_create(
        version(
            topic=topic,
            since=BEGINNING,
            name=topic.name,
            group=topic.group,
            basis=topic.basis,
            ground=topic.ground,
            channels=topic.channels,
            is_active=topic.is_active,
        )
        for topic in apps.get_model("consents", "Topic").objects.all()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0011_who_may_get'),
    ]

    operations = [
        migrations.CreateModel(
            name='TopicVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='od')),
                ('name', models.CharField(max_length=120, verbose_name='nazwa')),
                ('group', models.CharField(max_length=80, verbose_name='grupa')),
                ('basis', models.CharField(choices=[('consent', 'zgoda'), ('statute', 'obowiązek ustawowy')], max_length=10, verbose_name='podstawa')),
                ('ground', models.CharField(blank=True, default='', max_length=200, verbose_name='przepis')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail'), ('voice', 'telefon (głos)')], max_length=10), size=None, verbose_name='drogi')),
                ('is_active', models.BooleanField(verbose_name='w użyciu')),
            ],
            options={
                'verbose_name': 'wersja rodzaju powiadomień',
                'verbose_name_plural': 'wersje rodzajów powiadomień',
                'ordering': ['topic', '-since'],
            },
        ),
        migrations.AddField(
            model_name='topic',
            name='ground',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='przepis'),
        ),
        migrations.RunPython(name_grounds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.CheckConstraint(condition=models.Q(('basis', 'consent'), models.Q(('ground', ''), _negated=True), _connector='OR'), name='topic_statutory_names_its_ground', violation_error_message='Obowiązek ustawowy wymaga przepisu.'),
        ),
        migrations.AddField(
            model_name='topicversion',
            name='topic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='consents.topic', verbose_name='rodzaj'),
        ),
        migrations.AddConstraint(
            model_name='topicversion',
            constraint=models.UniqueConstraint(fields=('topic', 'since'), name='topic_one_version_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topicversion',
            trigger=pgtrigger.compiler.Trigger(name='topic_version_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='86807b2dd2a1f78ffff300ae7554caf3a331d491', operation='UPDATE OR DELETE', pgid='pgtrigger_topic_version_stays_cbeae', table='consents_topicversion', when='BEFORE')),
        ),
        migrations.RunSQL(VIEW, BEFORE),
        migrations.RunSQL(STATISTICS, NO_STATISTICS),
        migrations.RunPython(begin_versions, migrations.RunPython.noop),
    ]
