"""The portal's site map, read from Django's resolver, for the test of its doors."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver, reverse

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# A pattern by regular expression cannot be filled in: an address of each.
EXAMPLES = {
    "konto/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/konto/password/reset/key/1-x/",
    "urzad/^(?P<app_label>…)/$": "/urzad/residents/",
    "urzad/(?P<url>.*)$": "/urzad/nie-ma/",
}


def routes() -> list[str]:
    """Every route from the root as `path()` says it, without the first slash; each once."""
    return list(dict.fromkeys(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        # Admin's list of apps says each app's name; which they are is no matter of doors.
        route = re.sub(r"(?<=<app_label>)[\w|]+", "…", before + str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


def address_of(route: str, values: Mapping[str, object]) -> str:
    """The address of *route* with its parameters given."""
    return EXAMPLES.get(route) or "/" + PARAMETER.sub(lambda found: str(values[found[1]]), route)


def outcome(status: int, location: str) -> str:
    """An answer in a word of the tables: a status, or where a redirect leads."""
    if status not in {301, 302, 303}:
        return str(status)
    path = location.partition("?")[0]
    words = {"account_login": "in", "admin:login": "desk", "residents:confirm": "who"}
    return next((word for name, word in words.items() if path == reverse(name)), "go")
