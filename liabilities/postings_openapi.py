"""What the API's description says of exports of postings: paths and schemas."""

from typing import Any

COUNT = {"type": "integer", "minimum": 0}
MOMENT = {"type": "string", "format": "date-time"}
NO_MOMENT = {"type": ["string", "null"], "format": "date-time"}
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
EXPORT: dict[str, Any] = {
    "type": "object",
    "required": ["number", "until", "rows", "sum_gr", "csv_sha256", "xml_sha256", "signed_at", "acknowledged_at"],
    "properties": {
        "number": {"type": "integer", "minimum": 1, "description": "Kolejny, bez luk."},
        "until": {**MOMENT, "description": "Chwila ostatniego wpisu, UTC."},
        "rows": COUNT,
        "sum_gr": {"type": "integer", "description": "Suma wpisów w groszach; wpłaty są ujemne."},
        "csv_sha256": SHA256,
        "xml_sha256": SHA256,
        "signed_at": MOMENT,
        "acknowledged_at": {**NO_MOMENT, "description": "Kiedy przyjęto ostatni wiersz; null, dopóki któryś czeka."},
    },
}
ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["lines"],
    "properties": {
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["line", "accepted"],
                "properties": {
                    "line": {"type": "integer", "minimum": 1, "description": "Numer wiersza w eksporcie."},
                    "accepted": {"type": "boolean"},
                    "reference": {
                        "type": "string",
                        "maxLength": 60,
                        "description": "Numer księgowania w systemie; wymagany dla przyjętego.",
                    },
                    "reason": {
                        "type": "string",
                        "maxLength": 200,
                        "description": "Dlaczego odrzucono; wymagany dla odrzuconego.",
                    },
                },
            },
        }
    },
}
ANSWERED: dict[str, Any] = {
    "type": "object",
    "required": [*EXPORT["required"], "waiting", "refused"],
    "properties": {
        **EXPORT["properties"],
        "waiting": {**COUNT, "description": "Ile wierszy jest bez odpowiedzi."},
        "refused": {"type": "array", "items": {"type": "integer"}, "description": "Odrzucone wiersze, najwyżej 1000."},
    },
}
SCHEMAS = {
    "Export": EXPORT,
    "Exports": {
        "type": "object",
        "required": ["exports"],
        "properties": {"exports": {"type": "array", "items": {"$ref": "#/components/schemas/Export"}}},
    },
    "Answer": ANSWER,
    "Answered": ANSWERED,
}
NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
    "description": "Numer eksportu.",
}
REFUSALS = {
    "401": "Brak tokenu albo token unieważniony",
    "403": "Token bez zakresu postings",
    "429": "Za dużo żądań",
    "503": "Portal chwilowo nie przyjmuje żądań",
}
GONE = {"404": "Nie ma takiego eksportu albo nikt go nie podpisał"}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _answers(good: dict[str, Any], refusals: dict[str, str]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told = {status: {"description": words, "content": problem} for status, words in sorted(refusals.items())}
    return {"200": good, **told}


_FILE = {
    "description": "Plik, za każdym razem te same bajty",
    "headers": {"X-Content-SHA256": {"schema": SHA256, "description": "SHA-256 pliku"}},
    "content": {"text/csv": {"schema": {"type": "string"}}, "application/xml": {"schema": {"type": "string"}}},
}
_AFTER = {
    "name": "after",
    "in": "query",
    "schema": {**COUNT, "default": 0},
    "description": "Ostatni numer, który system już ma.",
}
_FORMAT = {"name": "format", "in": "query", "schema": {"enum": ["csv", "xml"], "default": "csv"}}
PATHS: dict[str, Any] = {
    "/postings/": {
        "get": {
            "operationId": "listExports",
            "summary": "Podpisane eksporty księgowań, najstarsze pierwsze, najwyżej 100",
            "parameters": [_AFTER],
            "responses": _answers({"description": "Eksporty", "content": _json("Exports")}, REFUSALS),
        }
    },
    "/postings/{number}/": {
        "get": {
            "operationId": "fetchExport",
            "summary": "Plik eksportu",
            "parameters": [NUMBER, _FORMAT],
            "responses": _answers(_FILE, {**REFUSALS, **GONE, "406": "Inny format niż csv i xml"}),
        }
    },
    "/postings/{number}/ack/": {
        "post": {
            "operationId": "answerExport",
            "summary": "Odpowiedz na wiersze eksportu",
            "description": "To samo jeszcze raz niczego nie zmienia; odrzucony wiersz można przyjąć później.",
            "parameters": [NUMBER],
            "requestBody": {"required": True, "content": _json("Answer")},
            "responses": _answers(
                {"description": "Odpowiedź zapisana", "content": _json("Answered")},
                {
                    **REFUSALS,
                    **GONE,
                    "400": "Nieczytelna treść",
                    "413": "Za dużo bajtów",
                    "415": "Treść inna niż application/json",
                    "422": "Nie ma takiego wiersza albo przyjęto go już pod innym numerem; nic nie zapisano",
                },
            ),
        }
    },
}
