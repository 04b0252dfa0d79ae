"""A login by the company's provider, from the first click to the session: authorization code with PKCE, state and nonce.

What the browser has to bring back is a random cookie; what it stands for is kept here, in memory, for ten minutes and one use.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # ships no types
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # ships no types

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.oidc_exchange import Exchange, Refused, Tokens, Unreachable
from daemon.accounts.oidc_roles import known
from daemon.accounts.oidc_tokens import Claims, UnknownKey, checked
from daemon.accounts.users import digest
from daemon.configuration.oidc_entry import OidcEntry
from dashboards.board.oidc import Arrival, Departure, Reason
from dashboards.board.oidc_login import RECORD_SECONDS

_log = logging.getLogger(__name__)
MOST_RECORDS = 5000
MOST_AT_ONCE = 20
LONGEST_SECONDS = 10.0
"""For all questions that end one login, each of which may wait for those of other people."""
_LONGEST = 4000


class _Record(NamedTuple):
    state: str
    nonce: str
    verifier: str
    back: str
    began: float


class OidcProvider:
    """`dashboards.board.oidc.Provider`. `redirect` is where the provider sends people back to; the web's loop only."""

    def __init__(
        self,
        entry: OidcEntry,
        exchange: Exchange,
        accounts: FileAccounts,
        redirect: str,
        now: Callable[[], datetime],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._entry, self._exchange, self._accounts = entry, exchange, accounts
        self._redirect, self._now, self._seconds = redirect, now, seconds
        self._records: dict[str, _Record] = {}
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)

    @property
    def name(self) -> str:
        """As office.yaml has it."""
        return self._entry.name

    async def depart(self, back: str) -> Departure | Reason:
        """The provider's address for this browser, and its record."""
        if self._at_once.locked():
            return "busy"
        async with self._at_once:
            try:
                offered = await self._exchange.metadata()
            except Unreachable as trouble:
                return self._no("unreachable", trouble)
        record = secrets.token_urlsafe(32)
        kept = _Record(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back, self._seconds()
        )
        while self._records and (
            len(self._records) >= MOST_RECORDS or self._is_over(next(iter(self._records.values())))
        ):
            del self._records[next(iter(self._records))]
        self._records[digest(record)] = kept
        address: str = prepare_grant_uri(
            offered.authorization_endpoint,
            self._entry.client_id,
            "code",
            redirect_uri=self._redirect,
            scope=" ".join(("openid", "profile", "email", *self._entry.scopes)),
            state=kept.state,
            nonce=kept.nonce,
            code_challenge=create_s256_code_challenge(kept.verifier),
            code_challenge_method="S256",
        )
        return Departure(address, record)

    async def arrive(self, record: str, answer: Mapping[str, str]) -> Arrival | Reason:
        """A session, where everything holds."""
        kept = self._records.pop(digest(record), None)
        if kept is None or self._is_over(kept):
            return "stale"
        if not hmac.compare_digest(kept.state.encode(), answer.get("state", "").encode(errors="replace")):
            return "stale"
        if answer.get("iss", self._entry.issuer) != self._entry.issuer:
            return self._no("invalid", Refused("another provider has answered (iss)"))
        code = answer.get("code", "")
        if "error" in answer or not 0 < len(code) <= _LONGEST:
            return "denied"
        if self._at_once.locked():
            return "busy"
        async with self._at_once:
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    tokens = await self._exchange.tokens(code, kept.verifier, self._redirect)
                    claims = await self._claims(tokens, kept.nonce)
            except TimeoutError:
                return self._no("unreachable", Unreachable("no answer in time"))
            except Unreachable as trouble:
                return self._no("unreachable", trouble)
            except Refused as trouble:
                return self._no("invalid", trouble)
        person = known(claims, self._entry)
        if isinstance(person, str):
            return self._no(person, None)
        session = await asyncio.to_thread(self._accounts.admit, person.name, person.role)
        return Arrival(session, kept.back)

    async def _claims(self, tokens: Tokens, nonce: str) -> Claims:
        """Once more with newer keys where the signature is by none of those we have: providers change theirs."""
        had = await self._exchange.keys()
        try:
            return checked(tokens, had, self._entry, nonce, self._now())
        except UnknownKey:
            newer = await self._exchange.keys(newer=True)
            if newer is had:
                raise
            return checked(tokens, newer, self._entry, nonce, self._now())

    def _is_over(self, record: _Record) -> bool:
        return self._seconds() - record.began > RECORD_SECONDS

    def _no(self, reason: Reason, trouble: Exception | None) -> Reason:
        _log.warning("accounts: a login with %s failed: %s", self._entry.name, reason if trouble is None else trouble)
        return reason
