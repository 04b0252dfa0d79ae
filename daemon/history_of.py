"""The history of a configuration, opened for questions alone: for commands that ask beside a running daemon."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.errors import StoreUnavailable
from daemon.history.influx import InfluxHistory
from daemon.history.influx_query import InfluxQuery
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from policies.history import History


@contextmanager
def history_of(
    configuration: Configuration, environment: Mapping[str, str], tell: Callable[[str], None]
) -> Iterator[History]:
    """Raises StoreUnavailable where officed has not run with this configuration; ConfigError for a secret."""
    server = configuration.influxdb
    if server is None:
        if not configuration.store.path.exists():
            raise StoreUnavailable("officed has not run with this configuration yet: there is no history")
        file = HistoryFile(configuration.store.path, tell=tell)
        try:
            yield SqliteHistory(file)
        finally:
            file.close()
        return
    token = read_secret(server.token_file, server.token_env, environment) or ""
    query = InfluxQuery(server.url, token=token, bucket=server.bucket)
    try:
        yield InfluxHistory(query, site=configuration.site.id)
    finally:
        query.close()
