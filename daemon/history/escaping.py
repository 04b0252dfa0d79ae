r"""Names that a device, a printer or a person chose, made safe for a line of the database's protocol, and back.

The protocol cannot carry a newline or a trailing backslash in a tag, and a forged newline is a second point. Such
characters become `%XX`, and so does `%`: no two names are written alike, and `plain` undoes it.
"""

import re
from urllib.parse import unquote

TEXT_LIMIT = 4096
"""Characters kept of one text; the database refuses a line whose tags exceed 65,535 bytes or whose text exceeds 1 MiB."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\\%\ud800-\udfff]")
_SPECIAL = re.compile(r"([,= ])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def storable(name: str) -> str:
    """The tag value that stands for this name in the database: what a query must ask for."""
    return _UNSAFE.sub(_percent, name[:TEXT_LIMIT])


def plain(stored: str) -> str:
    """The name that `storable` made this of."""
    return unquote(stored, errors="surrogatepass") if "%" in stored else stored


def tag(name: str) -> str:
    """A tag's value as it stands in a line. Empty stays empty: the caller leaves such a tag out."""
    return _SPECIAL.sub(r"\\\1", storable(name))


def text(value: str) -> str:
    """A string field as it stands in a line, with its quotes. Control characters become spaces: one line, one point."""
    if len(value) <= TEXT_LIMIT and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    safe = _CONTROL.sub(" ", value[:TEXT_LIMIT])
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))
