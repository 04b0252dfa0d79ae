"""What the commands for checking share: the configuration, an instant, a language, and how sentences reach the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from daemon.errors import StoreUnavailable
from daemon.running import MISUSE, TROUBLE

if TYPE_CHECKING:
    from daemon.configuration.schema import Configuration
    from dashboards.language.language import Language

ConfigurationFile = Annotated[
    Path, typer.Option("--config", "-c", help="The office's configuration.", envvar="OFFICED_CONFIG")
]
LanguageCode = Annotated[str, typer.Option("--language", help="en or zh_CN; left out: the site's.")]
DEFAULT = Path("office.yaml")
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def reported() -> Iterator[None]:
    """What cannot be asked ends the command with its sentence."""
    try:
        yield
    except StoreUnavailable as trouble:
        give_up(str(trouble))


def instant(text: str, configuration: "Configuration") -> datetime:
    """Local time as typed; now where nothing was."""
    if not text:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"{text!r} is no time; write it as 2026-07-14 15:02", MISUSE)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(configuration.site.timezone))).astimezone(UTC)


def spoken(configuration: "Configuration | None", code: str) -> "Language":
    """The language that was asked for, else the site's; English where there is no site (a copy of a journal)."""
    from dashboards.language.catalogs import languages  # noqa: PLC0415

    known = languages("UTC" if configuration is None else configuration.site.timezone)
    if code and code not in known:
        give_up(f"{code} is not spoken here; there are {', '.join(known)}", MISUSE)
    return known[code or ("en" if configuration is None else configuration.site.language)]


def loaded(path: Path) -> "Configuration":
    """The configuration; all that is wrong with it ends the command."""
    from daemon.configuration.load import load  # noqa: PLC0415
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415

    try:
        return load(path)
    except ConfigError as error:
        give_up(str(error), MISUSE)


def tell(text: str) -> None:
    """One line."""
    _out.print(text, markup=False)


def give_up(text: str, code: int = TROUBLE) -> NoReturn:
    """The last sentence, on the error channel."""
    _err.print(text, markup=False)
    raise typer.Exit(code)
