"""The one font of pages and figures: Noto Sans SC, so that no machine needs a font of its own to write Chinese.

It comes inside the zhplot wheel (OFL-1.1), of which nothing but this file is used; zhplot itself is never imported.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

FAMILY = "Noto Sans SC"
_FILE = "NotoSansSC-Regular.ttf"


class FontMissingError(FileNotFoundError):
    """The wheel that carries the font is not installed, or carries another one."""


@cache
def font_path() -> Path:
    """Where it lies; `FontMissingError` where it does not."""
    spec = find_spec("zhplot")
    for folder in () if spec is None else spec.submodule_search_locations or ():
        path = Path(folder) / "fonts" / _FILE
        if path.is_file():
            return path
    raise FontMissingError(f"{_FILE} is not there: install zhplot, which carries it")
