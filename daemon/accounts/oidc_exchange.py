"""What is asked of an OpenID provider: what it offers, its keys, and an ID token for a code.

On the web's loop, never in its way: every question ends within five seconds, no answer is larger than a megabyte, redirects are
not followed, and a provider that is down is asked again after five seconds at the earliest.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TypeVar
from urllib.parse import quote_plus

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]  # ships no types
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]  # ships no types
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from daemon.configuration.oidc_entry import OidcEntry, is_safe

_AGAIN_SECONDS = 5.0
_METADATA_SECONDS = 3600.0
_KEYS_SECONDS = 60.0
_MOST_BYTES = 1_000_000
_OK, _CLIENT_ERROR, _SERVER_ERROR = 200, 400, 500
_Answer = TypeVar("_Answer")


class Unreachable(Exception):  # noqa: N818  named after what is the case
    """The provider does not answer, or not as a provider does; the message says how, without any secret."""


class Refused(Exception):  # noqa: N818  named after what is the case
    """The provider does not take the code, or its token is not to be trusted; the message says why, without any secret."""


class Metadata(msgspec.Struct, frozen=True):
    """OpenID Connect Discovery 1.0 § 3, as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Tokens(msgspec.Struct, frozen=True):
    """What a code was worth. Never logged."""

    id_token: str
    access_token: str = ""


class _Keys(msgspec.Struct, frozen=True):
    keys: list[dict[str, object]]


class _Error(msgspec.Struct, frozen=True):
    error: str


class Exchange:
    """One provider. The web's loop only. `now` is monotonic seconds; `patience`: seconds that one question may take."""

    def __init__(
        self, entry: OidcEntry, secret: str, now: Callable[[], float] = monotonic, patience: float = 5.0
    ) -> None:
        self._entry, self._secret, self._now, self._patience = entry, secret, now, patience
        self._trust = ssl.create_default_context()
        # The first one loads what httpx is made of: 60 ms, now and not while the board has others to answer.
        httpx.AsyncClient(verify=self._trust)
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._failed: tuple[str, float] | None = None
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """What it offers; at most an hour old. Raises Unreachable."""
        async with self._lock:
            if self._metadata is not None and self._now() - self._metadata[1] < _METADATA_SECONDS:
                return self._metadata[0]
            if self._failed is not None and self._now() - self._failed[1] < _AGAIN_SECONDS:
                raise Unreachable(self._failed[0])
            try:
                found = await self._discovered()
            except Unreachable as trouble:
                self._failed = (str(trouble), self._now())
                raise
            self._metadata = (found, self._now())
            return found

    async def keys(self, *, newer: bool = False) -> KeySet:
        """Its public keys; `newer` asks again unless that was done within the last minute. Raises Unreachable."""
        address = (await self.metadata()).jwks_uri
        async with self._lock:
            if self._keys is not None and (not newer or self._now() - self._keys[1] < _KEYS_SECONDS):
                return self._keys[0]
            told = _decoded(await self._asked("GET", address), _Keys)
            self._keys = (KeySet([key for one in told.keys if (key := _public(one)) is not None]), self._now())
            return self._keys[0]

    async def tokens(self, code: str, verifier: str, redirect: str) -> Tokens:
        """Change a code for an ID token (RFC 6749 § 4.1.3, RFC 7636 § 4.5). Raises Unreachable and Refused."""
        offered = await self.metadata()
        more: dict[str, str] = {}
        auth: tuple[str, str] | None = None
        if "client_secret_basic" in offered.token_endpoint_auth_methods_supported:
            auth = (quote_plus(self._entry.client_id), quote_plus(self._secret))
        else:
            more = {"client_id": self._entry.client_id, "client_secret": self._secret}
        body = prepare_token_request(
            "authorization_code", code=code, code_verifier=verifier, redirect_uri=redirect, **more
        )
        return _decoded(await self._asked("POST", offered.token_endpoint, body, auth), Tokens)

    async def _discovered(self) -> Metadata:
        address = get_well_known_url(self._entry.issuer, external=True)
        found = _decoded(await self._asked("GET", address), Metadata)
        if found.issuer != self._entry.issuer:
            raise Unreachable("it names itself otherwise than oidc.issuer does")
        if not all(map(is_safe, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri))):
            raise Unreachable("it names an address without https")
        return found

    async def _asked(self, method: str, url: str, body: str = "", auth: tuple[str, str] | None = None) -> bytes:
        headers = {"Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with (
                asyncio.timeout(self._patience),
                httpx.AsyncClient(verify=self._trust, timeout=self._patience, follow_redirects=False) as client,
                client.stream(method, url, content=body.encode() or None, auth=auth, headers=headers) as answer,
            ):
                told = b""
                async for piece in answer.aiter_bytes():
                    told += piece
                    if len(told) > _MOST_BYTES:
                        raise Unreachable("it answers with more than a megabyte")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as trouble:
            raise Unreachable(f"no answer ({type(trouble).__name__})") from None
        if body and _CLIENT_ERROR <= answer.status_code < _SERVER_ERROR:
            raise Refused(f"it does not take the code ({answer.status_code} {_error_of(told)})".replace(" )", ")"))
        if answer.status_code != _OK:
            raise Unreachable(f"it answers {answer.status_code}")
        return told


def _decoded(told: bytes, kind: type[_Answer]) -> _Answer:
    try:
        return msgspec.json.decode(told, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreachable("its answer is not what a provider answers") from None


def _public(key: Mapping[str, object]) -> Key | None:
    """A key for signatures that this build knows; secrets and all others are passed over."""
    if key.get("kty") not in {"RSA", "EC", "OKP"} or key.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(dict(key))  # type: ignore[arg-type]  # its own checks follow
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _error_of(told: bytes) -> str:
    """The error's name (RFC 6749 § 5.2), where it is one."""
    try:
        error = msgspec.json.decode(told, type=_Error).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return error if len(error) <= 40 and error.replace("_", "").isalnum() and error.isascii() else ""  # noqa: PLR2004  a name
