"""Which sentences there are to translate: every `say("…")` in the code and every `_()` in the templates.

`python -m dashboards.language.extract` puts new ones, empty, into the `.po` files and takes out those that nobody says
any more; a test fails until they are translated.
"""

import ast
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import InternationalizationExtension, extract_from_ast

_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
SPOKEN_IN = ("policies", "dashboards", "daemon")


def messages(root: Path) -> Mapping[str, list[tuple[str, int]]]:
    """Every msgid below `root`'s packages, with the places that say it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for package in SPOKEN_IN:
        for path in sorted((root / package).rglob("*")):
            spoken: Iterator[tuple[int, str]] = iter(())
            if path.suffix == ".py":
                spoken = said(path.read_text(encoding="utf-8"))
            elif path.suffix in {".html", ".svg"} and "templates" in path.parts:
                spoken = written(path.read_text(encoding="utf-8"))
            for line, message in spoken:
                found.setdefault(message, []).append((path.relative_to(root).as_posix(), line))
    return found


def said(source: str) -> Iterator[tuple[int, str]]:
    """The literal patterns of `say(…)` calls; a choice `say("a" if x else "b")` says both."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
            for pattern in _choices(node.args[0]):
                if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                    yield node.lineno, pattern.value


def written(template: str) -> Iterator[tuple[int, str]]:
    """The `_("…")`, `say("…")` and `{% trans %}` of one template."""
    environment = Environment(extensions=[InternationalizationExtension], autoescape=True)
    for line, _, message in extract_from_ast(environment.parse(template), ("_", "gettext", "say")):
        text = message[0] if isinstance(message, tuple) and message else message
        if isinstance(text, str):
            yield line, text


def merged(code: str, catalog: Catalog, found: Mapping[str, list[tuple[str, int]]]) -> str:
    """The `.po` text with exactly these messages, translations kept where the English is unchanged."""
    fresh = Catalog(charset="utf-8", fuzzy=False)
    for message in sorted(found):
        old = catalog.get(message)
        fresh.add(message, old.string if old else "", locations=sorted({(path, 0) for path, _ in found[message]}))
    out = BytesIO()
    write_po(out, fresh, include_lineno=False, width=120, omit_header=True)
    return _HEADER.format(language=code) + out.getvalue().decode()


def main() -> None:
    """Bring every `.po` file up to date with the code."""
    here = Path(__file__).parent
    found = messages(here.parents[1])
    for path in sorted(here.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.stem)
        path.write_text(merged(path.stem, catalog, found).rstrip() + "\n", encoding="utf-8")


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    else:
        yield node


if __name__ == "__main__":
    main()
