"""A real OpenID Connect provider over real HTTP: description, sign-in door, tokens with PKCE, keys, userinfo.

Tokens are signed by joserfc: another implementation than the one that reads them, on purpose.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "portal-gminy", "tajne-haslo-portalu"


@dataclass
class Habits:
    """How the provider answers: as it should, unless a test changes something."""

    issuer_in_token: str = ""
    issuer_in_description: str = ""
    audience: Any = CLIENT
    lasts: int = 300  # seconds
    nonce: str = ""
    algorithm: str = "RS256"
    foreign_key: bool = False
    token: str = ""  # instead of the one that it would make
    userinfo: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    is_down: bool = False


@dataclass
class OpenIdProvider:
    """The provider as tests see it."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    rsa: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}))
    elliptic: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}))
    foreign: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}))

    def reset(self) -> None:
        """Forget whom it sees and how it answers."""
        self.claims, self.habits = {}, Habits()
        self.codes.clear()
        self.asked.clear()

    def description(self) -> dict[str, Any]:
        """What stands at the well-known address."""
        return {
            "issuer": self.habits.issuer_in_description or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [key.as_dict(private=False) for key in (self.rsa, self.elliptic)]}

    def authorize(self, query: dict[str, str]) -> str:
        """The person agrees (or not): where the browser is sent back to."""
        self.asked.append(query)
        if self.habits.error:
            return f"{query['redirect_uri']}?{urlencode({'error': self.habits.error, 'state': query['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """The tokens for a code: once, for its own client, with PKCE's verifier; None when anything is amiss."""
        query = self.codes.pop(form.get("code", ""), None)
        given = basic or f"{form.get('client_id')}:{form.get('client_secret')}"
        if query is None or given != f"{CLIENT}:{SECRET}" or form.get("redirect_uri") != query["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query.get("code_challenge_method") != "S256" or query.get("code_challenge") != challenge:
            return None
        return {"access_token": "dostep", "token_type": "Bearer", "id_token": self.id_token(query.get("nonce", ""))}

    def id_token(self, nonce: str) -> str:
        """The signed token about the person."""
        habits = self.habits
        if habits.token:
            return habits.token
        now = int(time.time())
        claims = {
            "iss": habits.issuer_in_token or self.url,
            "sub": "osoba-1",
            "aud": habits.audience,
            "iat": now + min(habits.lasts, 0) - 60,
            "exp": now + habits.lasts,
            "nonce": habits.nonce or nonce,
            **self.claims,
        }
        key: RSAKey | ECKey = self.elliptic if habits.algorithm.startswith("ES") else self.rsa
        if habits.foreign_key:
            key = self.foreign
        return jwt.encode({"alg": habits.algorithm, "kid": key.kid}, claims, key)


def _handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if provider.habits.is_down:
                self._answer(503, {})
            elif parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif parts.path == "/.well-known/openid-configuration":
                self._answer(200, provider.description())
            elif parts.path == "/jwks":
                self._answer(200, provider.keys())
            elif parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer dostep":
                self._answer(200, {"sub": "osoba-1", **provider.habits.userinfo})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            form = {name: values[0] for name, values in sent.items()}
            header = self.headers.get("Authorization", "").removeprefix("Basic ")
            tokens = provider.exchange(form, base64.b64decode(header).decode())
            self._answer(400 if tokens is None else 200, tokens or {"error": "invalid_grant"})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def running_openid() -> Iterator[OpenIdProvider]:
    """Start the provider on a free port and stop it at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = OpenIdProvider(url=f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
