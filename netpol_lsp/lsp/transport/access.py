"""Who may talk to a server that listens on a port: the one who knows its token, and no web page of someone else's."""

from __future__ import annotations

import hmac
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def make_token() -> str:
    """A word that no one guesses."""
    return secrets.token_urlsafe(24)


def is_token(given: str | None, token: str | None) -> bool:
    """Whether the client has given the token; None: none is asked for."""
    return token is None or (given is not None and hmac.compare_digest(given.encode(), token.encode()))


def token_of_message(body: bytes) -> str | None:
    """The token in the `initializationOptions` of an `initialize` request; None when it is anything else."""
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for key in ("params", "initializationOptions", "token"):
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, str) else None


def is_initialize(body: bytes) -> bool:
    """Whether a message is the request that a session starts with."""
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("method") == "initialize"


def token_of_request(path: str, authorization: str | None) -> str | None:
    """The token of a WebSocket's opening: `?token=` of its address, or the header `Authorization: Bearer`."""
    if authorization is not None and authorization.lower().startswith("bearer "):
        return authorization[7:].strip()
    given = parse_qs(urlsplit(path).query).get("token")
    return given[0] if given else None


def is_our_host(host: str | None, names: frozenset[str]) -> bool:
    """Whether a request names this server as it is called: a name that only resolves to it is someone else's."""
    return host is not None and _name_of(f"//{host}") in names


def is_our_origin(origin: str | None, names: frozenset[str]) -> bool:
    """Whether a page of this machine, or no page at all, has opened a connection."""
    return origin is None or _name_of(origin) in names


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
