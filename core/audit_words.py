"""The journal of events in people's words: what each verb means, and what a subject is.

Free of models, so that an app's `apps.py` may say its own as it is imported (each app's `deeds.py`). A house test asks
that every verb that the code records has its words (tests/house/test_audit_words.py).
"""

from collections.abc import Mapping

VERBS: dict[str, str] = {}
SUBJECTS: dict[str, str] = {}


def register(verbs: Mapping[str, str], subjects: Mapping[str, str]) -> int:
    """Say what an app's verbs and kinds of subjects are called; how many words are known by now."""
    VERBS.update(verbs)
    SUBJECTS.update(subjects)
    return len(VERBS) + len(SUBJECTS)


def verb_words(verb: str) -> str:
    """What happened, in words; a verb of an app that is gone stays as it was written."""
    return VERBS.get(verb, verb)


def subject_words(subject: str) -> str:
    """«payer:12» as «płatnik P-000012», «account:7» as «konto nr 7»; what is not known stays as it was written."""
    kind, _, key = subject.partition(":")
    if kind not in SUBJECTS:
        return subject
    if kind == "payer" and key.isdecimal():
        return f"{SUBJECTS[kind]} P-{int(key):06d}"
    return f"{SUBJECTS[kind]} nr {key}" if key.isdecimal() else f"{SUBJECTS[kind]} {key}".strip()
