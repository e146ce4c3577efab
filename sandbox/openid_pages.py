"""The stand-in for mObywatel's sign-in: a small OpenID Connect provider with the code flow and PKCE.

Its key lies in the folder of `--login-gov-pl`, with the same people. A code is good once and for two minutes, for the
portal that asked and for its own verifier.
"""

import base64
import hashlib
import json
import secrets
import time
from urllib.parse import urlencode

import jwt
from aiohttp import BasicAuth, web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import RSAAlgorithm

from sandbox.form import read_form
from sandbox.markup import Html, joined, page, rendered
from sandbox.node_pages import NODE
from sandbox.state import STATE

CODE_SECONDS, TOKEN_SECONDS = 120, 300
CLIENT = "portal-gminy"
ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope")


def add_routes(app: web.Application) -> None:
    """The provider's doors, when there is a folder with its key."""
    if NODE in app:
        app.router.add_get("/mobywatel/.well-known/openid-configuration", _described)
        app.router.add_get("/mobywatel/authorize", _asked)
        app.router.add_post("/mobywatel/choose", _chosen)
        app.router.add_post("/mobywatel/token", _exchanged)
        app.router.add_get("/mobywatel/jwks", _keys)


def _issuer(request: web.Request) -> str:
    return f"{request.url.origin()}/mobywatel"


async def _described(request: web.Request) -> web.Response:
    issuer = _issuer(request)
    return web.json_response(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


async def _asked(request: web.Request) -> web.Response:
    query = request.query
    is_whole = all(query.get(name) for name in ASKED) and query.get("code_challenge_method") == "S256"
    if not is_whole or query["client_id"] != CLIENT or not _is_portals(request, query["redirect_uri"]):
        return page("mObywatel nie rozumie", Html("<p>To nie jest prośba portalu.</p>"), status=400)
    people = [
        rendered("node_person", number=number, who=f"{one['first_name']} {one['family_name']}", pesel=one["pesel"])
        for number, one in enumerate(request.app[NODE].people)
    ]
    hidden = [rendered("hidden", field=name, value=query[name]) for name in ASKED]
    body = rendered("openid", hidden=joined(hidden), people=joined(people))
    return page("mObywatel – logowanie (pokaz)", body)


def _is_portals(request: web.Request, address: str) -> bool:
    portal = request.app[STATE].portal_url
    return bool(portal) and address.startswith(f"{portal}/")


async def _chosen(request: web.Request) -> web.Response:
    form = await read_form(request)
    people = request.app[NODE].people
    who = form.get("who", "")
    if not _is_portals(request, form.get("redirect_uri", "")):
        return page("mObywatel nie rozumie", Html("<p>To nie jest prośba portalu.</p>"), status=400)
    if not who.isdigit() or int(who) >= len(people):
        told = {"error": "access_denied", "state": form.get("state", "")}
        raise web.HTTPSeeOther(f"{form['redirect_uri']}?{urlencode(told)}")
    code = secrets.token_urlsafe(24)
    request.app[STATE].store.run(
        "INSERT INTO openid_code (code, at, redirect_uri, challenge, nonce, person) VALUES (?, ?, ?, ?, ?, ?)",
        *(code, time.time(), form["redirect_uri"], form.get("code_challenge", ""), form.get("nonce", "")),
        json.dumps(people[int(who)]),
    )
    raise web.HTTPSeeOther(f"{form['redirect_uri']}?{urlencode({'code': code, 'state': form.get('state', '')})}")


async def _exchanged(request: web.Request) -> web.Response:
    form, node, store = await read_form(request), request.app[NODE], request.app[STATE].store
    with store.transaction():
        row = store.row(
            "SELECT * FROM openid_code WHERE code = ? AND at > ?", form.get("code", ""), time.time() - CODE_SECONDS
        )
        store.run("DELETE FROM openid_code WHERE code = ?", form.get("code", ""))
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if _client(request, form) != (CLIENT, node.openid_secret):
        return web.json_response({"error": "invalid_client"}, status=401)
    if row is None or row["redirect_uri"] != form.get("redirect_uri") or row["challenge"] != challenge:
        return web.json_response({"error": "invalid_grant"}, status=400)
    now, person = int(time.time()), json.loads(row["person"])
    claims = {
        "iss": _issuer(request),
        "sub": hashlib.sha256(person["pesel"].encode()).hexdigest(),
        "aud": CLIENT,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "nonce": row["nonce"],
        "acr": "substantial",
        "given_name": person["first_name"],
        "family_name": person["family_name"],
        "birthdate": person["birth_date"],
        "pesel": person["pesel"],
    }
    token = jwt.encode(claims, node.openid_key, algorithm="RS256", headers={"kid": "pokaz"})
    return web.json_response({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": token})


def _client(request: web.Request, form: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if header:
        given = BasicAuth.decode(header)
        return given.login, given.password
    return form.get("client_id", ""), form.get("client_secret", "")


async def _keys(request: web.Request) -> web.Response:
    private = load_pem_private_key(request.app[NODE].openid_key.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    found = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return web.json_response({"keys": [{**found, "kid": "pokaz", "use": "sig", "alg": "RS256"}]})
