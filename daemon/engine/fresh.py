"""A state of a configuration that has heard nothing yet, and what its devices announced about themselves."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.schema import Configuration
from daemon.engine.snapshot import LastKnown
from daemon.errors import StoreUnavailable
from daemon.silence import with_silence
from policies.office.heard import Heard
from policies.office.office import Office
from policies.state import State
from sensors.device import DeviceId, Traits
from sensors.registry import Registry


def fresh_state(configuration: Configuration) -> State:
    """As the daemon would start without a journal."""
    site = build_site(configuration)
    registry = Registry(list(site.devices.values()), ZoneInfo(configuration.site.timezone))
    return State(Office(with_silence(site, registry)), build_policies(configuration))


def last_known(journal: Path) -> tuple[Mapping[DeviceId, Heard], Mapping[DeviceId, Traits]]:
    """What the journal has kept of what was heard and announced; nothing where there is none. Changes nothing.

    Raises StoreUnavailable.
    """
    if not journal.exists():
        return {}, {}
    try:
        with closing(sqlite3.connect(f"{journal.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT bytes FROM snapshot WHERE kind = 'office'").fetchone()
        known = LastKnown() if row is None else msgspec.msgpack.decode(row[0], type=LastKnown)
    except (sqlite3.Error, msgspec.ValidationError) as error:
        raise StoreUnavailable(f"{journal}: {error}") from error
    return known.heard, known.traits
