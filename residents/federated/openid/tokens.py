"""Reading an ID token: signed by the provider, for us, now (OpenID Connect Core 3.1.3.7).

The signature is always checked, also when the token came straight from the provider over TLS.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from core.errors import Refused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
CLOCKS_DIFFER = timedelta(minutes=3)
AGAIN = "Zaloguj się jeszcze raz. Jeśli to się powtarza, daj nam znać."
OWN_CHECKS: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}


def read_id_token(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, at: datetime) -> dict[str, Any]:
    """The claims of *token*, signed by one of *keys* (a JWK set).

    Raises Refused: `unreadable`, `bad_signature`, `wrong_issuer`, `wrong_audience`, `expired`.
    """
    claims = _signed_claims(token, keys)
    if claims.get("iss") != issuer:
        raise Refused("wrong_issuer", "Odpowiedź wystawił ktoś inny niż serwis logowania.", mend=AGAIN)
    _check_audience(claims, client_id)
    ends, made = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else made
    if ends + CLOCKS_DIFFER <= at or max(made, begins) > at + CLOCKS_DIFFER:
        raise Refused("expired", "Ta odpowiedź straciła ważność.", mend="Zaloguj się jeszcze raz.")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise _unreadable()
    return claims


def _signed_claims(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        key = _key(keys, header)
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[header["alg"]], options=OWN_CHECKS)
    except jwt.InvalidSignatureError as error:
        raise _bad_signature() from error
    except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
        raise _unreadable() from error
    return claims


def _key(keys: Mapping[str, Any], header: Mapping[str, Any]) -> Any:
    """The provider's key for the token's algorithm. A key says itself what it is for: never the token alone."""
    if header.get("alg") not in ALGORITHMS:
        raise _bad_signature()
    family = {"R": "RSA", "P": "RSA", "E": "EC"}[header["alg"][0]]
    fitting = [
        one
        for one in keys.get("keys", ())
        if one.get("kty") == family
        and one.get("use", "sig") == "sig"
        and one.get("alg", header["alg"]) == header["alg"]
        and (header.get("kid") is None or one.get("kid") == header["kid"])
    ]
    if len(fitting) != 1:
        raise _bad_signature()
    return jwt.PyJWK(json.loads(json.dumps(fitting[0])), algorithm=header["alg"]).key


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    said = claims.get("aud")
    audience = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    party = claims.get("azp")
    if client_id not in audience or (party is not None and party != client_id) or (len(audience) > 1 and not party):
        raise Refused("wrong_audience", "Odpowiedź jest przeznaczona dla innego serwisu.", mend=AGAIN)


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    seconds = claims.get(name)
    if not isinstance(seconds, int | float) or not 0 <= seconds < 32_503_680_000:  # the year 3000
        raise _unreadable()
    return datetime.fromtimestamp(seconds, UTC)


def _unreadable() -> Refused:
    return Refused("unreadable", "Nie umiemy odczytać odpowiedzi, która do nas dotarła.", mend=AGAIN)


def _bad_signature() -> Refused:
    return Refused("bad_signature", "Podpis odpowiedzi się nie zgadza: nie wiemy, od kogo pochodzi.", mend=AGAIN)
