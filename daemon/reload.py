"""Hot reload: a changed office.yaml, or SIGHUP, and the new rules hold without a restart; a bad one changes nothing.

Main thread only, but for `ask` (a signal handler) and `facts` (any thread). What is read here is complete before the engine
hears of it: one item in its inbox, between two batches, so no message is lost or read by half a configuration.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.difference import differences, waits_for_restart
from daemon.configuration.load import load
from daemon.configuration.problem import ConfigError, Problem
from daemon.configuration.schema import Configuration
from daemon.engine.inbox import Reconfigured, Reloaded, ReloadRefused, Remark
from daemon.ports import Tell
from daemon.silence import with_silence
from policies.inputs import Configured
from policies.office.site import Site
from sensors.registry import Registry

_log = logging.getLogger(__name__)

Stamp = Sequence[tuple[int, int, int] | None]
MOST_PROBLEMS = 20


class Reload:
    """`look` every second or so. `put` is the engine's inbox; `also` takes a valid configuration in elsewhere (notices)

    and raises ConfigError where it cannot; `refused` tells people that a file was not used.
    """

    def __init__(
        self,
        path: Path,
        configuration: Configuration,
        put: Callable[[Reconfigured | Remark], None],
        now: Callable[[], datetime],
        tell: Tell,
        *,
        also: Callable[[Configuration], None] = lambda _: None,
        refused: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.configuration = configuration
        self._path, self._put, self._now, self._tell = path, put, now, tell
        self._also, self._refused = also, refused
        self._asked = False
        self._used = self._seen = self._stamp()
        self._trouble = ""
        self._problem: Problem | None = None
        self._waiting: tuple[str, ...] = ()
        self._loads = 0
        self._refusals = 0

    def ask(self) -> None:
        """Read the file at the next look, changed or not."""
        self._asked = True

    def facts(self) -> Mapping[str, str | float | bool]:
        """`configuration_trouble`: why the file there is not the configuration in force; empty where it is.

        `…_where`, `…_what` and `…_got` are its parts, so that a board can say them in its reader's language.
        """
        problem = self._problem
        return {
            "configuration_trouble": self._trouble,
            "configuration_trouble_where": "" if problem is None else problem.where,
            "configuration_trouble_what": "" if problem is None else problem.what,
            "configuration_trouble_got": "" if problem is None else problem.got,
            "configuration_is_refused": bool(self._trouble),
            "configuration_waits_for_restart": ", ".join(self._waiting),
            "configuration_loads_total": float(self._loads),
            "configuration_refusals_total": float(self._refusals),
        }

    def look(self) -> None:
        """Reload where somebody asked, or where the files changed and have been at rest since the last look."""
        stamp = self._stamp()
        at_rest, self._seen = stamp == self._seen, stamp
        if self._asked or (at_rest and stamp != self._used):
            self._asked, self._used = False, stamp
            self._reload()

    def _reload(self) -> None:
        try:
            new = load(self._path)
            if new == self.configuration and not self._trouble:
                return
            item = self._prepared(new)
            self._also(new)
        except (ConfigError, ValueError) as error:
            self._problem = error.problems[0] if isinstance(error, ConfigError) and error.problems else None
            self._refuse(str(error).splitlines())
            return
        self._put(item)
        changes = item.remark.what.changes if isinstance(item.remark.what, Reloaded) else ()
        _log.info("configuration: %s is in force; %d changes", self._path, len(changes))
        for line in changes:
            _log.info("configuration: %s", line)
        self._waiting = tuple(dict.fromkeys((*self._waiting, *waits_for_restart(self.configuration, new))))
        if self._waiting:
            self._tell(f"The configuration is in force, but a restart is needed for: {', '.join(self._waiting)}.")
        self.configuration, self._trouble, self._problem = new, "", None
        self._loads += 1

    def _prepared(self, new: Configuration) -> Reconfigured:
        old = self.configuration
        if (new.site.id, new.site.timezone) != (old.site.id, old.site.timezone):
            what = "id and timezone cannot change while officed runs; restart it"
            raise ConfigError([Problem(str(self._path), 1, "site", what)])
        plain = build_site(new)
        registry = Registry(list(plain.devices.values()), ZoneInfo(new.site.timezone))
        site: Site = with_silence(plain, registry)
        remark = Remark(Reloaded(self._now(), differences(old, new)))
        same_devices = build_site(old).devices == plain.devices
        return Reconfigured(Configured(site, build_policies(new)), None if same_devices else registry, remark)

    def _refuse(self, problems: Sequence[str]) -> None:
        self._refusals += 1
        first = problems[0] if problems else "it cannot be read"
        self._put(Remark(ReloadRefused(self._now(), tuple(problems[:MOST_PROBLEMS]))))
        self._tell(f"The changed configuration is not used, the one before it stays: {first}")
        for problem in problems[1:MOST_PROBLEMS]:
            _log.warning("configuration: %s", problem)
        self._trouble = first
        self._refused(first)

    def _stamp(self) -> Stamp:
        """What tells that a file was written: the configuration's and those that it imports."""
        return [_stamp(path) for path in (self._path, *self.configuration.calendar.imports)]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
