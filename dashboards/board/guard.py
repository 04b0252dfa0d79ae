"""What every answer carries and what every request must satisfy, whatever page it is for.

A page of some other site must not be able to read the board through the viewer's browser: a request has to name this
machine (DNS rebinding needs a foreign name in `Host`), nothing may be framed, and nothing inline is ever run.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MOST_FORM_BYTES = 20_000
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware. `hosts`: names this board is reached by, besides `localhost` and any address in digits."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset({"localhost", *(host.lower().rstrip(".") for host in hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if not self.allows(Headers(scope=scope).get("host", "")):
            refusal = PlainTextResponse(
                "This board does not answer to that name; its address in digits always works.\n", status_code=421
            )
            await refusal(scope, receive, with_headers)
        elif scope["method"] not in {"GET", "HEAD", "POST"}:
            refusal = PlainTextResponse(
                "Reading and forms are all there is here.\n", 405, headers={"Allow": "GET, POST"}
            )
            await refusal(scope, receive, with_headers)
        elif scope["method"] == "POST" and (why := _refused(Headers(scope=scope))):
            await PlainTextResponse(why, 403)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def allows(self, host: str) -> bool:
        """Whether a `Host` header names this machine. An address in digits cannot be rebound, a name can."""
        bracketed = host.startswith("[")
        name = host[1:].partition("]")[0] if bracketed else host.partition(":")[0].lower().rstrip(".")
        if name in self._hosts:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


def _refused(headers: Headers) -> str:
    """Why a form is not taken; empty where it comes from a page of ours and is no larger than a form."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return "A page of another site has sent this form.\n"
    origin = headers.get("origin")
    # Browsers say "null" because of our own Referrer-Policy; then the form's token alone has to prove it.
    if origin not in {None, "null"} and urlsplit(origin or "").netloc.lower() != headers.get("host", "").lower():
        return "A page of another site has sent this form.\n"
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST_FORM_BYTES:
        return "No form is as large as this.\n"
    return ""
