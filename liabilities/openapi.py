"""The API for finance systems as an OpenAPI 3.1 document: what is served at /api/v1/openapi.json and kept in docs."""

from typing import Any

from liabilities import postings_openapi
from liabilities.dues_api import LONGEST_KEY, MOST_ROWS

LARGEST_BODY = 5_000_000  # bytes, settings.DATA_UPLOAD_MAX_MEMORY_SIZE
GROSZE = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999}
COUNT = {"type": "integer", "minimum": 0}
DAY = {"type": ["string", "null"], "format": "date"}


def _text(longest: int, words: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, "description": words}


def _number(words: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "description": words}


ROW: dict[str, Any] = {
    "type": "object",
    "description": "Jedna rata. Podaj jeden z numerów: pesel, nip albo regon. Innych pól nie czytamy.",
    "required": [
        *("external_id", "name", "kind_code", "tax_year", "instalment_no", "principal_gr", "due_date", "title"),
        "account_no",
    ],
    "properties": {
        "external_id": _text(64, "Klucz raty w systemie źródłowym; nigdy nie nadawaj go innej racie."),
        "version": {
            "type": ["integer", "null"],
            "minimum": 0,
            "description": "Rośnie z każdą zmianą wiersza; starszą wersję pomijamy.",
        },
        "pesel": _number("11 cyfr."),
        "nip": _number("NIP albo KRS, 10 cyfr."),
        "regon": _number("9 albo 14 cyfr."),
        "name": _text(200, "Imię i nazwisko lub nazwa płatnika."),
        "account_no": _text(32, "Rachunek do wpłaty (NRB)."),
        "kind_code": _text(30, "Kod rodzaju należności (docs/formats/dues.md)."),
        "regime": {
            "type": ["string", "null"],
            "description": "Jeśli podany, musi być reżimem rodzaju: tax, civil, commercial, alcohol, none.",
        },
        "tax_year": {"type": "integer", "minimum": 1990},
        "instalment_no": {"type": "integer", "minimum": 1, "maximum": 400},
        "principal_gr": {**GROSZE, "minimum": 1, "description": "Przypis raty w groszach."},
        "paid_gr": {**GROSZE, "description": "Wpłacono według systemu, w groszach, sama należność główna."},
        "due_date": {"type": "string", "format": "date", "description": "Termin z decyzji; przesuwa go portal."},
        "title": _text(200, "Tytuł: decyzja, umowa, adres."),
        "decision_no": {"type": ["string", "null"], "maxLength": 60},
        "decision_served_on": DAY,
        "interest_gr": {
            **GROSZE,
            "type": ["integer", "null"],
            "description": "Odsetki w groszach; czytamy je tylko od systemów, które liczą odsetki same.",
        },
        "interest_as_of": DAY,
        "status": {"enum": ["ACTIVE", "ANNULLED", None], "description": "ANNULLED: rata znika przez storno."},
        "source_system": _number("Jeśli podany, musi być systemem tokenu."),
        "wspolwlasciciel": _number("tak: kto jeszcze odpowiada za należność o tym kluczu; nikt: nikt więcej."),
    },
}
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["rows"],
    "properties": {
        "as_of": {
            "type": "string",
            "format": "date-time",
            "description": "Chwila, z której są dane, ze strefą; domyślnie teraz.",
        },
        "posted_until": {
            "type": "string",
            "format": "date-time",
            "description": "Chwila, do której system przejął wpisy z portalu, ze strefą; bez niej: jak as_of.",
        },
        "postings": {
            "type": "integer",
            "minimum": 1,
            "description": "Ostatni eksport księgowań, który system zaksięgował; dokładniejsze niż posted_until.",
        },
        "kind": {"enum": ["delta", "full"], "default": "delta", "description": "Zmiany albo pełny stan systemu."},
        "keys_changed": {"type": "boolean", "default": False, "description": "Klucze zmieniono celowo."},
        "control": {
            "type": "object",
            "description": "Rekord kontrolny: żądanie, które się z nim nie zgadza, odrzucamy w całości.",
            "properties": {"rows": COUNT, "sum_gr": COUNT},
        },
        "rows": {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": {"$ref": "#/components/schemas/Row"}},
    },
}
RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["row", "external_id", "outcome", "errors"],
    "properties": {
        "row": {"type": "integer", "minimum": 1},
        "external_id": {"type": ["string", "null"]},
        "outcome": {"enum": ["created", "updated", "unchanged", "rejected"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "value", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "value", "message")},
            },
        },
    },
}
COUNTS = ("rows", "accepted", "created", "updated", "unchanged", "rejected", "missing")
REPORT: dict[str, Any] = {
    "type": "object",
    "required": ["run", *COUNTS, "results"],
    "properties": {
        "run": {"type": "integer"},
        **dict.fromkeys(COUNTS, COUNT),
        "results": {"type": "array", "items": {"$ref": "#/components/schemas/Result"}},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "status", "code", "title", "detail"],
    "properties": {
        "type": {"const": "about:blank"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stały kod dla programów."},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "Jak to naprawić."},
    },
}
REFUSALS = {
    "400": "Brak klucza idempotencji albo nieczytelna treść",
    "401": "Brak tokenu albo token unieważniony",
    "403": "Token bez zakresu dues:write",
    "409": "Trwa inny import tego systemu; ponów z tym samym kluczem",
    "413": "Za dużo wierszy albo bajtów",
    "415": "Treść inna niż application/json",
    "422": "Odrzucone w całości: rekord kontrolny, klucz innego żądania, przenumerowane klucze, data z przyszłości",
    "429": "Za dużo żądań",
    "503": "Portal chwilowo nie przyjmuje żądań",
}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _answers() -> dict[str, Any]:
    replayed = {"Idempotent-Replayed": {"schema": {"const": "true"}, "description": "Odpowiedź sprzed powtórzenia"}}
    told = {
        "200": {"description": "Przyjęto, nic nowego", "headers": replayed, "content": _json("Report")},
        "201": {"description": "Przyjęto, są nowe raty", "headers": replayed, "content": _json("Report")},
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return told | {status: {"description": words, "content": problem} for status, words in REFUSALS.items()}


def document() -> dict[str, Any]:
    """The document, whole."""
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
        "description": "Własny klucz każdej paczki. Ponowione żądanie z tym samym kluczem niczego nie księguje.",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SPM: wymiana z systemem finansowym",
            "version": "1.1.0",
            "description": "Należności (docs/formats/dues.md) z wynikiem każdego wiersza; eksporty księgowań "
            "(docs/formats/postings.md) z potwierdzeniem.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/dues/": {
                "post": {
                    "operationId": "sendDues",
                    "summary": "Wyślij raty",
                    "description": f"Najwyżej {MOST_ROWS} wierszy i {LARGEST_BODY // 1_000_000} MB. Dobre wiersze "
                    "wchodzą, złe wracają z powodem.",
                    "parameters": [key],
                    "requestBody": {"required": True, "content": _json("Dues")},
                    "responses": _answers(),
                }
            },
            **postings_openapi.PATHS,
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Token z urzędu: zakres dues:write albo postings.",
                }
            },
            "schemas": {
                "Dues": BODY,
                "Row": ROW,
                "Report": REPORT,
                "Result": RESULT,
                "Problem": PROBLEM,
                **postings_openapi.SCHEMAS,
            },
        },
    }
