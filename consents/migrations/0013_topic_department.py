"""Which department of the town answers for a kind of notification."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0012_topics_over_time")]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="department",
            field=models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="wydział"),
        ),
    ]
