"""The stand-ins of IMGW-PIB's public data and of RSO: addresses, shapes, empty answers, and the control of both."""

import json
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.faults import faulty, vendor_fault
from sandbox.state import STATE, State

# Every key of the vendor's rows, none more: a test that misspells one is told at once.
NAMES = {
    "meteo": "id nazwa_zdarzenia stopien prawdopodobienstwo obowiazuje_od obowiazuje_do opublikowano tresc komentarz"
    " biuro teryt",
    "hydro": "opublikowano stopień data_od data_do prawdopodobieństwo numer biuro zdarzenie przebieg komentarz obszary",
    "rso": "id title shortcut content rso_alarm rso_icon valid_from valid_to repetition longitude latitude"
    " water_level_value water_level_warning_status_value water_level_alarm_status_value water_level_trend type"
    " river_name location_name created_at updated_at provinces",
}
KEYS = {source: frozenset(names.split()) for source, names in NAMES.items()}
PER_PAGE = 20
ALL = "wszystkie"


def add_routes(app: web.Application) -> None:
    """`/imgw/api/data/…`, `/rso/komunikatyxml/…` and `/control/warnings/…`."""
    app.router.add_get("/imgw/api/data/warningsmeteo", _meteo)
    app.router.add_get("/imgw/api/data/warningshydro", _hydro)
    app.router.add_get("/rso/komunikatyxml/{province}/{category}/{page}", _rso)
    app.router.add_get("/control/warnings/{source}", _told)
    app.router.add_put("/control/warnings/{source}", _tell)


def _rows(state: State, source: str) -> list[dict[str, Any]]:
    return [json.loads(row["row"]) for row in state.store.rows("SELECT row FROM warning WHERE source = ?", source)]


async def _told(request: web.Request) -> web.Response:
    return web.json_response(_rows(request.app[STATE], request.match_info["source"]))


async def _tell(request: web.Request) -> web.Response:
    """Put the whole list of a source: `meteo`, `hydro` or `rso`."""
    source = request.match_info["source"]
    if source not in KEYS:
        return web.json_response({"error": f"Sources are {', '.join(KEYS)}."}, status=404)
    try:
        rows = json.loads(await request.read())
    except ValueError:
        rows = None
    if not isinstance(rows, list) or any(not isinstance(row, dict) or set(row) != KEYS[source] for row in rows):
        return web.json_response({"error": f"A list of rows with the keys {sorted(KEYS[source])}."}, status=400)
    store = request.app[STATE].store
    store.run("DELETE FROM warning WHERE source = ?", source)
    told = [(source, json.dumps(row, ensure_ascii=False)) for row in rows]
    store.run_many("INSERT INTO warning (source, row) VALUES (?, ?)", told)
    return web.json_response({"told": len(told)})


async def _meteo(request: web.Request) -> web.StreamResponse:
    return await _imgw(request, "meteo")


async def _hydro(request: web.Request) -> web.StreamResponse:
    return await _imgw(request, "hydro")


async def _imgw(request: web.Request, source: str) -> web.StreamResponse:
    rows = _rows(request.app[STATE], source)
    if not rows:
        return await _answered(
            request, "imgw", json.dumps({"status": False, "message": "No products were found"}), status=404
        )
    return await _answered(request, "imgw", json.dumps(rows, ensure_ascii=False))


async def _rso(request: web.Request) -> web.StreamResponse:
    where = request.match_info
    rows = [
        row
        for row in _rows(request.app[STATE], "rso")
        if where["province"] in {ALL, *(one["slug_name"] for one in row["provinces"].values())}
        and (row["type"] == where["category"] or (where["category"] == ALL and row["type"] != "stany-wod"))
    ]
    page = int(where["page"]) if where["page"].isdecimal() else 0
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE] if page else rows
    if request.query.get("_format") == "xml":
        return await _answered(request, "rso", _as_xml(shown), kind="application/xml")
    pages = {"totalitems": len(shown), "itemsperpage": PER_PAGE}
    return await _answered(request, "rso", json.dumps({"pagination": pages, "newses": shown}, ensure_ascii=False))


def _as_xml(rows: list[dict[str, Any]]) -> str:
    return (
        f"<newses><pagination_info><totalitems>{len(rows)}</totalitems></pagination_info>"
        + "".join(f"<news>{_fields(row)}</news>" for row in rows)
        + "</newses>"
    )


def _fields(row: dict[str, Any]) -> str:
    plain = "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in row.items() if name != "provinces")
    provinces = "".join(
        "<province>" + "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in one.items()) + "</province>"
        for one in row["provinces"].values()
    )
    return f"{plain}<provinces>{provinces}</provinces>"


async def _answered(
    request: web.Request, vendor: str, text: str, *, status: int = 200, kind: str = "application/json"
) -> web.StreamResponse:
    fault = vendor_fault(request.app[STATE], vendor)
    if fault == "truncated":
        text = text[: len(text) // 2]
    elif fault == "nonsense":
        text = '[{"to": "nie są ostrzeżenia"}]'
    elif fault:
        return await faulty(request, vendor, fault)
    return web.Response(text=text, status=status, content_type=kind)
