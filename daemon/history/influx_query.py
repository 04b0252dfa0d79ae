"""InfluxQL over `/query`, the one question that InfluxDB 1.8, 2 and 3 all understand: asked, and its errors found.

Nearly every error comes with status 200 and stands inside a result, so each result is looked at. Answers are chunked (one
JSON document a line), in microseconds (`epoch=u`; `us` would silently be nanoseconds), and unsorted as far as we trust.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec
import urllib3

from daemon.errors import StoreUnavailable

_TIMEOUT = timedelta(seconds=30)


class Series(msgspec.Struct, frozen=True):
    """One series of an answer; `values` in the order of `columns`, of which `time` is microseconds."""

    name: str = ""
    tags: Mapping[str, str] = {}
    columns: Sequence[str] = ()
    values: Sequence[Sequence[float | int | bool | str | None]] = ()


class _Result(msgspec.Struct):
    error: str = ""
    series: Sequence[Series] = ()


class _Document(msgspec.Struct):
    error: str = ""
    message: str = ""
    results: Sequence[_Result] = ()


class InfluxQuery:
    """One database (a bucket's name, or `bucket/retention policy`). Any thread. `token` is never shown."""

    def __init__(
        self, url: str, *, token: str, bucket: str, timeout: timedelta = _TIMEOUT, ca_file: str | None = None
    ) -> None:
        database, _, policy = bucket.partition("/")
        self._url = url.rstrip("/") + "/query"
        self._fields = {"db": database, "epoch": "u", "chunked": "true"} | ({"rp": policy} if policy else {})
        seconds = timeout / timedelta(seconds=1)
        self._pool = urllib3.PoolManager(
            headers={"Authorization": f"Token {token}", "Accept": "application/json"},
            timeout=urllib3.Timeout(connect=5.0, read=seconds),
            retries=False,
            maxsize=4,
            ca_certs=ca_file,
        )

    def ask(self, query: str, parameters: Mapping[str, str]) -> Iterator[Series]:
        """One statement; `$name` in it stands for a parameter. Raises StoreUnavailable with the server's words."""
        fields = {**self._fields, "q": query, "params": json.dumps(parameters)}
        try:
            answer = self._pool.request("GET", self._url, fields=fields)
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(f"InfluxDB does not answer: {error}") from error
        for document in _documents(answer.data, answer.status):
            for result in document.results:
                if result.error:
                    raise StoreUnavailable(f"InfluxDB: {result.error}")
                yield from result.series

    def close(self) -> None:
        """Drop the connections."""
        self._pool.clear()


def quoted(name: str) -> str:
    """An identifier: `on`, `name`, `default` and many others break a query unless quoted."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _documents(body: bytes, status: int) -> Iterator[_Document]:
    for line in filter(None, body.split(b"\n")):
        try:
            document = msgspec.json.decode(line, type=_Document)
        except msgspec.DecodeError as error:
            raise StoreUnavailable(f"this is no InfluxDB: status {status}, {line[:80]!r}") from error
        if words := document.error or document.message:
            raise StoreUnavailable(f"InfluxDB: {status}, {words}")
        yield document
    if status != 200:  # noqa: PLR2004  the one status of an answered question
        raise StoreUnavailable(f"InfluxDB: status {status} to a question")
