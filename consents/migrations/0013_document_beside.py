"""The document beside a signature that has a file of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0012_topics_over_time'),
        ('core', '0005_stored_documents'),
    ]

    operations = [
        migrations.AddField(
            model_name='signedfile',
            name='beside',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storeddocument', verbose_name='dokument obok podpisu'),
        ),
    ]
