"""The administrator's role sets how long things are kept."""

from django.db import migrations


def let_administrator_set(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    found = permission.objects.filter(
        content_type__app_label="core", codename__in=["view_retentionrule", "change_retentionrule"]
    )
    assert found.count() == 2
    group.objects.get(name="Administrator").permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [("spm", "0004_administrator_role"), ("core", "0002_retention_rules")]

    operations = [migrations.RunPython(let_administrator_set, migrations.RunPython.noop)]
