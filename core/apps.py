"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig
from django.core import checks

from core import audit_words, deeds, kept
from core.encryption import WrongKey, check_keys


@checks.register(checks.Tags.security, deploy=True)
def keys_can_be_used(app_configs: object, **options: object) -> list[checks.CheckMessage]:
    """`manage.py check --deploy`: the keys of the environment are such."""
    try:
        check_keys()
    except WrongKey as error:
        return [checks.Error(str(error), hint="See «Keys» in docs/security.md.", id="core.E001")]
    return []


class CoreConfig(AppConfig):
    """The core app."""

    name = "core"
    verbose_name = "podstawy"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    kept = (kept.EVENTS, kept.AUDIT, kept.DOCUMENTS)
