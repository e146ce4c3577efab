import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0014_campaigns_to_browsers'),
    ]

    operations = [
        migrations.CreateModel(
            name='InFlight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease', models.CharField(max_length=80, verbose_name='zajęcie')),
                ('line', models.PositiveSmallIntegerField(verbose_name='połączenie')),
                ('taken', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None, verbose_name='przyjęte')),
                ('unsure', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None, verbose_name='w drodze')),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='początek')),
            ],
            options={
                'verbose_name': 'wysyłka w toku',
                'verbose_name_plural': 'wysyłki w toku',
                'constraints': [models.UniqueConstraint(fields=('lease', 'line'), name='in_flight_line_once')],
            },
        ),
        migrations.RunSQL('ALTER TABLE notifications_inflight SET UNLOGGED', migrations.RunSQL.noop),
    ]
