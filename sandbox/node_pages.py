"""The stand-in for login.gov.pl: its page where one picks who one is, and its door for artifacts.

Its keys, the portal's certificates and the people to pick from lie in the folder of `--login-gov-pl`; without it the
node is not there. An artifact is good once and for two minutes.
"""

import base64
import binascii
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from sandbox.form import UnreadableForm, read_form
from sandbox.markup import Html, escaped, joined, page, rendered
from sandbox.node_xml import (
    Keys,
    Question,
    Unreadable,
    answer,
    artifact_answer,
    logout_answer,
    read_artifact,
    read_logout,
    read_question,
)
from sandbox.state import STATE

ENTITY = "login.gov.pl"
LEVELS = {"high": "e-dowód", "substantial": "profil zaufany", "low": "zwykłe hasło"}
LEVEL = "http://eidas.europa.eu/LoA/"
QUESTION_SECONDS, ARTIFACT_SECONDS = 600, 120


@dataclass(frozen=True)
class Node:
    """What the folder holds."""

    keys: Keys
    people: list[dict[str, str]]
    openid_key: str  # PEM, RSA: signs mObywatel's tokens
    openid_secret: str


def read_folder(folder: Path) -> Node:
    """The node of *folder*. Raises OSError and ValueError when something is missing there."""

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    keys = Keys(text("node.key"), text("node.pem"), text("portal-signing.pem"), text("portal-decryption.pem"))
    return Node(keys, json.loads(text("people.json")), text("openid.key"), text("openid.secret").strip())


NODE = web.AppKey("node", Node)


def add_routes(app: web.Application) -> None:
    """The node's four doors, when there is a node."""
    if NODE in app:
        app.router.add_post("/login-gov-pl/sso", _asked)
        app.router.add_post("/login-gov-pl/choose", _chosen)
        app.router.add_post("/login-gov-pl/artifact", _resolved)
        app.router.add_post("/login-gov-pl/logout", _left)


def _wrong(why: str) -> web.Response:
    return page("Węzeł nie rozumie", Html(f"<p>{why}</p>"), status=400)


async def _asked(request: web.Request) -> web.Response:
    try:
        form = await read_form(request)
        question = read_question(base64.b64decode(form.get("SAMLRequest", "")), request.app[NODE].keys)
    except (UnreadableForm, Unreadable, binascii.Error):
        return _wrong("To nie jest prośba podpisana przez portal.")
    token = secrets.token_urlsafe(16)
    store = request.app[STATE].store
    store.run("DELETE FROM node_question WHERE at < ?", time.time() - QUESTION_SECONDS)
    store.run(
        "INSERT INTO node_question (token, at, request_id, issuer, answer_to, level, relay)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(token, time.time(), question.request_id, question.issuer, question.answer_to, question.level),
        form.get("RelayState", ""),
    )
    people = [
        rendered("node_person", number=number, who=f"{one['first_name']} {one['family_name']}", pesel=one["pesel"])
        for number, one in enumerate(request.app[NODE].people)
    ]
    levels = [
        rendered("node_level", value=value, words=words, checked=" checked" if value == "substantial" else "")
        for value, words in LEVELS.items()
    ]
    body = rendered("node", token=token, people=joined(people), levels=joined(levels))
    return page("login.gov.pl – węzeł krajowy (pokaz)", body)


async def _chosen(request: web.Request) -> web.Response:
    store = request.app[STATE].store
    form = await read_form(request)
    row = store.row("SELECT * FROM node_question WHERE token = ?", form.get("token", ""))
    if row is None:
        return _wrong("Ta prośba już wygasła. Zacznij w portalu od początku.")
    store.run("DELETE FROM node_question WHERE token = ?", row["token"])
    question = Question(row["request_id"], row["issuer"], row["answer_to"], row["level"])
    node = request.app[NODE]
    facts = _facts(node, form)
    level = form.get("level") if form.get("level") in LEVELS else "substantial"
    text = answer(ENTITY, question, facts, f"{LEVEL}{level}", node.keys)
    artifact = _new_artifact()
    store.run("INSERT INTO node_artifact (artifact, at, response) VALUES (?, ?, ?)", artifact, time.time(), text)
    query = urlencode({"SAMLart": artifact, "RelayState": row["relay"]})
    raise web.HTTPSeeOther(f"{question.answer_to}?{query}")


def _facts(node: Node, form: dict[str, str]) -> dict[str, str]:
    """What the assertion will say; nothing when the person gave up."""
    who = form.get("who", "")
    if who == "nobody":
        return {}
    if who.isdigit() and int(who) < len(node.people):
        one = node.people[int(who)]
    else:
        one = {name: form.get(name, "").strip() for name in ("first_name", "family_name", "birth_date", "pesel")}
    return {
        "FirstName": one["first_name"] or "Jan",
        "FamilyName": one["family_name"] or "Przykładowy",
        "DateOfBirth": one["birth_date"],
        "PersonIdentifier": one["pesel"],
    }


def _new_artifact() -> str:
    """SAML Bindings 3.6.4: type 4, index 0, the node's name hashed, a random handle."""
    source = hashlib.sha1(ENTITY.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()


async def _resolved(request: web.Request) -> web.Response:
    node, store = request.app[NODE], request.app[STATE].store
    try:
        artifact, message_id = read_artifact(await request.read(), node.keys)
    except Unreadable as wrong:
        return _fault(wrong)
    with store.transaction():
        row = store.row("SELECT response FROM node_artifact WHERE artifact = ? AND at > ?", artifact, _since())
        store.run("DELETE FROM node_artifact WHERE artifact = ? OR at <= ?", artifact, _since())
    text = artifact_answer(ENTITY, message_id, row["response"] if row else None, node.keys)
    return web.Response(body=text, content_type="text/xml")


async def _left(request: web.Request) -> web.Response:
    node = request.app[NODE]
    try:
        session, message_id = read_logout(await request.read(), node.keys)
    except Unreadable as wrong:
        return _fault(wrong)
    request.app[STATE].store.note("login.gov.pl", "koniec sesji", session)
    return web.Response(body=logout_answer(ENTITY, message_id, node.keys), content_type="text/xml")


def _fault(wrong: Unreadable) -> web.Response:
    return web.Response(text=f"<fault>{escaped(str(wrong))}</fault>", status=500, content_type="text/xml")


def _since() -> float:
    return time.time() - ARTIFACT_SECONDS
