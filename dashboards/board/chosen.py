"""Which language a viewer reads: asked for in the address, kept in a cookie, else what the browser prefers."""

from starlette.requests import Request

from dashboards.language.catalogs import closest, preferred

COOKIE = "lang"


def chosen_language(request: Request, default: str) -> str:
    """A code we have; `default` is the site's own language."""
    asked = closest(request.query_params.get("lang", "")) or closest(request.cookies.get(COOKIE, ""))
    return asked or preferred(request.headers.get("accept-language", ""), closest(default) or "en")
