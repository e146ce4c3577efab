"""The administrator's role: people of the office, settings and journals, nobody's dues. The crisis officer warns the
town and reads nobody's messages or consents.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ADMINISTRATOR = {
    "residents": ["view_account", "change_account", "view_lookreason", "add_lookreason", "change_lookreason"],
    "notifications": ["view_gatewayrest", "view_texttemplate", "view_textversion"],
    "core": ["view_auditentry", "view_inboundevent"],
}
NOT_THE_OFFICERS = {"consents": ["view_consent"], "notifications": ["view_message", "view_attempt"]}


def _found(apps, wanted):
    permission = apps.get_model("auth", "Permission")
    for label, codenames in wanted.items():
        found = permission.objects.filter(content_type__app_label=label, codename__in=codenames)
        assert found.count() == len(codenames), label
        yield from found


def set_roles(apps, schema_editor):
    for label in ("core", "residents", "consents", "notifications"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    group = apps.get_model("auth", "Group")
    role, _ = group.objects.get_or_create(name="Administrator")
    role.permissions.add(*_found(apps, ADMINISTRATOR))
    group.objects.get(name="Zarządzanie kryzysowe").permissions.remove(*_found(apps, NOT_THE_OFFICERS))


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0003_data_protection"),
        ("residents", "0004_look_reasons"),
        ("consents", "0001_initial"),
        ("notifications", "0001_initial"),
    ]

    operations = [migrations.RunPython(set_roles, migrations.RunPython.noop)]
