"""What stands around every page: the header, what was just said, the forms of this person; in the chosen language."""

import gzip
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards.board.channel import Channel
from dashboards.board.chosen import COOKIE, chosen_language
from dashboards.board.live import Live
from dashboards.board.page import Addresses, Drawn, Found, Part
from dashboards.board.render import Renderer
from dashboards.board.source import Source
from dashboards.board.visitor import Reception, Visitor, is_private
from dashboards.language.catalogs import closest
from dashboards.views.place import Named
from policies.words import Words, say

_YEAR_SECONDS = 365 * 24 * 3600
_MOST_PACKED = 50


class Link(NamedTuple):
    """One entry of the header."""

    path: str
    words: Words


LINKS = (
    Link("/", say("Overview")),
    Link("/cases", say("Cases")),
    Link("/devices", say("Devices")),
    Link("/energy", say("Energy")),
    Link("/printing", say("Printing")),
    Link("/calendar", say("Calendar")),
    Link("/rules", say("Rules")),
    Link("/people", say("People")),
    Link("/health", say("System")),
)
SAID: Mapping[str, Words] = {
    "extend": say("Noted: more time."),
    "exempt": say("Noted: exempt."),
    "acknowledge": say("Noted: somebody looks after it."),
    "contest": say("Noted: it does not count until somebody has reviewed it."),
    "review": say("Noted: reviewed."),
    "mute": say("Noted: no notices about it."),
    "day": say("Noted: the day is marked."),
    "mode": say("Noted: the rule is changed."),
    "crowd": say("Noted: the rule may switch off so many at once."),
    "overtime": say("Noted: somebody else has to grant this overtime."),
    "overtime-answer": say("Noted: the overtime is answered."),
}
"""What is said on the page that follows a form."""


class Shell:
    """Pages for people. Web thread only."""

    def __init__(
        self, source: Source, live: Live, reception: Reception, addresses: Addresses, links: Sequence[Link] = ()
    ) -> None:
        self.source, self.live, self.reception, self.addresses = source, live, reception, addresses
        self._links = (*LINKS[:5], *links, *LINKS[5:])

    async def page(self, request: Request, trouble: Words | None = None, status: int = 200) -> Response:
        """The page of the request's address."""
        asked = closest(request.query_params.get("lang", ""))
        if asked and trouble is None:
            return self._in_language(request, asked)
        return await self.at(
            request, self.addresses.match(request.url.path, dict(request.query_params)), trouble, status
        )

    async def at(
        self, request: Request, found: Found | None, trouble: Words | None = None, status: int = 200
    ) -> Response:
        """A page, with what went wrong above it."""
        visitor = self.reception.recognise(request)
        if found is not None and not self.reception.lets_in(request, found.kind):
            back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'back': back})}", 303, headers={"Vary": "Cookie"})
        if found is None:
            return self.plain(request, visitor, Part("missing.html", None), say("Not found"), status=404)
        channel = await self.live.fresh(found, self.code(request))
        if channel.drawn is None:
            return self.plain(request, visitor, Part("missing.html", None), say("Not found"), status=404)
        return self._shown(request, visitor, channel, channel.drawn, trouble, status)

    def plain(
        self,
        request: Request,
        visitor: Visitor,
        part: Part,
        title: Words,
        status: int = 200,
        trouble: Words | None = None,
    ) -> Response:
        """A page that does not live: the login, a refusal."""
        renderer = self.live.renderer(self.code(request))
        forms = renderer.one(part, self.source.now(), token=visitor.form_token())
        text = self._document(request, renderer, visitor, title, forms=forms, trouble=trouble)
        return self._answer(request, visitor, text.encode(), status)

    def code(self, request: Request) -> str:
        """The language of this visitor."""
        return chosen_language(request, self.source.state().office.site.language)

    def _shown(
        self, request: Request, visitor: Visitor, channel: Channel, drawn: Drawn, trouble: Words | None, status: int
    ) -> Response:
        kind, arguments = channel.found
        state, now = self.source.state(), self.source.now()
        part = kind.forms(state, now, arguments, visitor.person) if visitor.person is not None else None
        news = SAID.get(request.query_params.get("said", ""))
        key = (visitor.person, request.url.path, request.url.query)
        packs = "gzip" in request.headers.get("accept-encoding", "")
        alike = part is None and news is None and trouble is None and packs
        if alike and key in channel.packed:
            return self._answer(request, visitor, channel.packed[key], status, is_packed=True)
        forms = Markup()
        if part is not None:
            back = channel.found.address
            forms = channel.renderer.one(part, now, token=visitor.form_token(), back=back, person=visitor.person)
        text = self._document(
            request, channel.renderer, visitor, drawn.title, channel=channel, forms=forms, news=news, trouble=trouble
        )
        if alike:
            if len(channel.packed) >= _MOST_PACKED:
                channel.packed = {}
            channel.packed[key] = gzip.compress(text.encode(), compresslevel=4, mtime=0)
            return self._answer(request, visitor, channel.packed[key], status, is_packed=True)
        return self._answer(request, visitor, text.encode(), status)

    def _document(
        self,
        request: Request,
        renderer: Renderer,
        visitor: Visitor,
        title: Words | Named | None,
        *,
        channel: Channel | None = None,
        forms: Markup,
        news: Words | None = None,
        trouble: Words | None = None,
    ) -> str:
        language, site, now = renderer.language, self.source.state().office.site, self.source.now()
        entry, found = self.reception.entry, channel.found if channel is not None else None
        path = request.url.path if found is None else found.path
        is_kiosk = found is not None and found.kind.is_for_kiosks
        kept = f"{found.query}&" if found is not None and found.query else ""
        return renderer.document(
            site=language.name(site.names, site.id),
            title=language.name(title.names, title.id)
            if isinstance(title, Named)
            else None
            if title is None
            else language.words(title, now),
            address=found.address if found is not None else "",
            switch=quote(path) + "?" + kept,
            links=() if is_kiosk or visitor.person is None else self._links,
            here=path,
            version=channel.version if channel is not None else "",
            clock=channel.clock if channel is not None else Markup(),
            banner=channel.banner if channel is not None else Markup(),
            top=channel.top if channel is not None else Markup(),
            body=channel.body if channel is not None else Markup(),
            forms=forms,
            news=None if news is None else language.words(news, now),
            trouble=None if trouble is None else language.words(trouble, now),
            person=None if is_kiosk else visitor.person,
            is_open=entry.is_open and not is_kiosk,
            has_no_accounts=not entry.is_open and not is_kiosk and (entry.accounts is None or entry.accounts.is_empty),
            day=language.day(now),
            now=now,
        )

    def _answer(
        self, request: Request, visitor: Visitor, body: bytes, status: int, *, is_packed: bool = False
    ) -> Response:
        headers = {
            "Content-Language": self.code(request).replace("_", "-"),
            "Vary": "Accept-Encoding, Accept-Language, Cookie",
        }
        if not is_packed and "gzip" in request.headers.get("accept-encoding", ""):
            body, is_packed = gzip.compress(body, compresslevel=3, mtime=0), True
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        response = HTMLResponse(body, status_code=status, headers=headers)
        self.reception.greet(request, response, visitor)
        return response

    def _in_language(self, request: Request, code: str) -> Response:
        rest = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "lang"])
        path = quote("/" + request.url.path.lstrip("/\\"))
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), status_code=303)
        answer.set_cookie(
            COOKIE, code, max_age=_YEAR_SECONDS, httponly=True, samesite="lax", secure=is_private(request)
        )
        return answer
