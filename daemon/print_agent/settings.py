"""The agent's settings, a small TOML file; see docs/printing.md for one with all keys."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from daemon.print_agent.counters import Printer
from daemon.print_agent.publish import Broker
from daemon.print_agent.telling import Departments, Set
from sensors.families.print_messages import Wins

_WINS: Final[Mapping[str, Wins]] = {"ppd": "ppd", "sides": "sides", "": ""}
_KEYS: Final = {
    "": {
        "state",
        "site_key",
        "names",
        "link_days",
        "poll_seconds",
        "broker",
        "cups",
        "queues",
        "departments",
        "printers",
    },
    "broker": {"host", "port", "user", "password_file", "ca_file", "client_id"},
    "cups": {"host", "port", "page_log"},
    "queues": {"department", "wins", "duplexer"},
    "printers": {"queue", "snmp", "ipp", "community", "every_minutes"},
}


class SettingsError(Exception):
    """One sentence for whoever wrote the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`page_log` None: the print server is asked alone. `clear`: names travel in clear."""

    state: Path
    site_key: Path
    clear: bool = False
    link_days: int = 31
    poll_seconds: float = 5.0
    broker: Broker = field(default_factory=Broker)
    cups_host: str = "localhost"
    cups_port: int = 631
    page_log: Path | None = None
    departments: Departments = field(default_factory=Departments)
    printers: tuple[Printer, ...] = ()


def read(path: Path) -> Settings:
    """Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
        return parse(tomllib.loads(text), path.parent)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise SettingsError(f"{path}: a value is missing or of the wrong kind: {error}") from error


def parse(found: Mapping[str, object], folder: Path) -> Settings:
    """Paths are relative to `folder`. Raises SettingsError, TypeError, ValueError, AttributeError, KeyError."""
    _check("", found)
    broker, cups = _table(found, "broker"), _table(found, "cups")
    names = found.get("names", "hashed")
    if names not in ("hashed", "clear"):
        raise SettingsError(f'names is "hashed" or "clear", not {names!r}')
    password = _text(broker, "password_file")
    ca_file, page_log = _text(broker, "ca_file"), _text(cups, "page_log")
    state = folder / (_text(found, "state") or "state.sqlite")
    link_days = int(str(found.get("link_days", 31)))
    if not 1 <= link_days <= 366:  # noqa: PLR2004  a year
        raise SettingsError("link_days lies between 1 and 366")
    return Settings(
        state=state,
        site_key=folder / (_text(found, "site_key") or "site.key"),
        clear=names == "clear",
        link_days=link_days,
        poll_seconds=max(0.1, float(str(found.get("poll_seconds", 5)))),
        broker=Broker(
            host=_text(broker, "host") or "127.0.0.1",
            port=int(str(broker.get("port", 1883))),
            user=_text(broker, "user"),
            password=(folder / password).read_text(encoding="utf-8").strip() if password else "",
            ca_file=folder / ca_file if ca_file else None,
            client_id=_text(broker, "client_id") or "officed-print-agent",
        ),
        cups_host=_text(cups, "host") or "localhost",
        cups_port=int(str(cups.get("port", 631))),
        page_log=folder / page_log if page_log else None,
        departments=Departments(
            {user.casefold(): str(name) for user, name in _table(found, "departments").items()},
            {queue: _queue(queue, table) for queue, table in _table(found, "queues").items()},
        ),
        printers=tuple(_printer(table) for table in _list(found, "printers")),
    )


def _queue(name: str, table: object) -> Set:
    if not isinstance(table, Mapping):
        raise SettingsError(f"queues.{name} is a table")
    _check("queues", table)
    wins, duplexer = table.get("wins"), table.get("duplexer")
    if wins is not None and wins not in _WINS:
        raise SettingsError(f'queues.{name}.wins is "ppd" or "sides"')
    if duplexer is not None and not isinstance(duplexer, bool):
        raise SettingsError(f"queues.{name}.duplexer is true or false")
    return Set(_text(table, "department"), None if wins is None else _WINS[wins], duplexer)


def _printer(table: Mapping[str, object]) -> Printer:
    _check("printers", table)
    if not _text(table, "snmp") and not _text(table, "ipp"):
        raise SettingsError("a printer needs snmp or ipp")
    return Printer(
        queue=str(table["queue"]),
        snmp=_text(table, "snmp"),
        ipp=_text(table, "ipp"),
        community=_text(table, "community") or "public",
        every_seconds=60.0 * float(str(table.get("every_minutes", 15))),
    )


def _check(where: str, table: Mapping[str, object]) -> None:
    unknown = sorted(table.keys() - _KEYS[where])
    if unknown:
        raise SettingsError(
            f"{where or 'the file'} has no key {unknown[0]}; there are {', '.join(sorted(_KEYS[where]))}"
        )


def _table(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = found.get(name, {})
    if not isinstance(table, Mapping):
        raise SettingsError(f"{name} is a table")
    if name in ("broker", "cups"):
        _check(name, table)
    return table


def _list(found: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    tables = found.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise SettingsError(f"{name} is a list of tables: [[{name}]]")
    return tables


def _text(table: Mapping[str, object], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise SettingsError(f"{name} is a text")
    return value
