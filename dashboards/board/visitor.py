"""Who is asking, and what proves that a form of theirs was made by us for them.

The proof (CSRF token) is an HMAC of the session, hidden under fresh noise in every answer: compression gives nothing of
it away (BREACH). Who has no session gets a cookie that stands for the visit.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from dashboards.board.door import Entry, Person
from dashboards.board.page import Kind

SESSION, VISIT = "officed", "visit"
_NOISE = 32


@dataclass(frozen=True, slots=True)
class Visitor:
    """`person` None: a login is needed. `proof`: what our forms carry, not yet hidden."""

    person: Person | None
    session: str
    proof: bytes
    visit: str = ""

    def form_token(self) -> str:
        """The proof under fresh noise, for a hidden field."""
        noise = secrets.token_bytes(_NOISE)
        return (noise + _mixed(noise, self.proof)).hex()

    def has_sent(self, token: str) -> bool:
        """Whether a form's token is ours."""
        try:
            raw = bytes.fromhex(token)
        except ValueError:
            return False
        return len(raw) == 2 * _NOISE and hmac.compare_digest(_mixed(raw[:_NOISE], raw[_NOISE:]), self.proof)


class Reception:
    """Recognises visitors. Any thread."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._key = secrets.token_bytes(32)

    def recognise(self, request: Request) -> Visitor:
        """Who this is, by the cookie; else a guest, where guests are let in."""
        session = request.cookies.get(SESSION, "")
        accounts = self.entry.accounts
        if session and accounts is not None and not self.entry.is_open:
            person = accounts.person(session)
            if person is not None:
                return Visitor(person, session, bytes.fromhex(accounts.form_key(session)))
        known = request.cookies.get(VISIT, "")
        visit = known or secrets.token_urlsafe(16)
        proof = hmac.new(self._key, visit.encode(), hashlib.sha256).digest()
        return Visitor(self.entry.guest(), "", proof, "" if known else visit)

    def lets_in(self, request: Request, kind: Kind) -> bool:
        """Whether this visitor may read such a page. A wall shows less than everybody sees who may read the others."""
        if kind.is_for_kiosks and self.entry.has_kiosk:
            return True
        person = self.recognise(request).person
        return person is not None and "read" in person.scopes

    def greet(self, request: Request, response: Response, visitor: Visitor) -> None:
        """Give the visit its cookie, with an answer that holds a form."""
        if visitor.visit:
            response.set_cookie(VISIT, visitor.visit, httponly=True, samesite="lax", secure=is_private(request))

    def admit(self, request: Request, response: Response, session: str) -> None:
        """Give a session its cookie; it ends with the browser, or when the server says so."""
        response.set_cookie(SESSION, session, httponly=True, samesite="lax", secure=is_private(request))


def is_private(request: Request) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy on this machine that says so (X-Forwarded-Proto)."""
    return request.url.scheme == "https"


def _mixed(noise: bytes, proof: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(noise, proof, strict=True))
