"""Steps of this app's migrations: what a role may, and how long a category of data is kept at first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.management import create_permissions
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation

Roles = Mapping[str, Sequence[str]]
Term = tuple[str, int, str, str, str]


def grant(app: str, roles: Roles) -> Operation:
    """Give each of the named *roles* the permissions on *app* that stand by it, making a role that is not there."""

    def give(group: Any, found: Any) -> None:
        group.permissions.add(*found)

    return _for_each(app, roles, give)


def take_away(app: str, roles: Roles) -> Operation:
    """Take from each of the named *roles* the permissions on *app* that stand by it."""

    def take(group: Any, found: Any) -> None:
        group.permissions.remove(*found)

    return _for_each(app, roles, take)


def keep(*terms: Term) -> Operation:
    """Seed how long categories are kept: category, how many, of what (days, months, calendar years), since, basis."""

    def seed(apps: Any, _schema_editor: Any) -> None:
        rule = apps.get_model("core", "RetentionRule")
        for category, amount, unit, since, basis in terms:
            rule.objects.create(category=category, amount=amount, unit=unit, since=since, legal_basis=basis)

    return RunPython(seed, RunPython.noop)


def _for_each(app: str, roles: Roles, change: Callable[[Any, Any], None]) -> Operation:
    def step(apps: Any, _schema_editor: Any) -> None:
        # Django makes permissions after all migrations; these are needed in the middle of them.
        config = apps.get_app_config(app)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
        for name, codenames in roles.items():
            found = apps.get_model("auth", "Permission").objects.filter(
                content_type__app_label=app, codename__in=codenames
            )
            if found.count() != len(codenames):
                raise LookupError(f"no such permission on {app} among {codenames}")
            change(apps.get_model("auth", "Group").objects.get_or_create(name=name)[0], found)

    return RunPython(step, RunPython.noop)
