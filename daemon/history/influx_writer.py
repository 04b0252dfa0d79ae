"""Points into InfluxDB 2 (and whoever speaks its `/api/v2/write`), through influxdb-client with bytes that are ours.

The client's own batching is not used: it drops what it cannot send. Its `post_write_with_http_info` gives the status,
which `write()` hides: a web page with status 200 is no success.
"""

import gzip
import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec
import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService

from daemon.history.answers import Answer
from daemon.history.layout import Layout, shard_of

_TIMEOUT = timedelta(seconds=30)
_GZIP_LEVEL = 1
_OK = 200


class _Rule(msgspec.Struct):
    everySeconds: int = 0  # noqa: N815  the server's word
    shardGroupDurationSeconds: int = 0  # noqa: N815  same


class _Bucket(msgspec.Struct):
    retentionRules: list[_Rule] = []  # noqa: N815  same


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []


class InfluxWriter:
    """A `Writer`. Sender thread only. `now` is asked for `Retry-After` dates; `token` is never shown."""

    def __init__(
        self,
        url: str,
        *,
        token: str,
        organisation: str,
        bucket: str,
        now: Callable[[], datetime],
        timeout: timedelta = _TIMEOUT,
        ca_file: str | None = None,
    ) -> None:
        milliseconds = int(timeout / timedelta(milliseconds=1))
        self._client = InfluxDBClient(url.rstrip("/"), token=token, timeout=milliseconds, ssl_ca_cert=ca_file)
        self._service = WriteService(self._client.api_client)  # type: ignore[no-untyped-call]  # not typed there
        self._organisation = organisation
        self._bucket = bucket
        self._now = now
        self._url = url.rstrip("/")
        self._token = token
        self._compress = not _is_loopback(url)
        self._layout: Layout | None = None

    def post(self, lines: bytes) -> Answer:
        """One request. Never raises: what went wrong on the way is an answer with status 0."""
        options = {"precision": "ns", "content_type": "text/plain; charset=utf-8"}
        if self._compress and lines:
            lines = gzip.compress(lines, _GZIP_LEVEL)
            options["content_encoding"] = "gzip"
        try:
            _, status, headers = self._service.post_write_with_http_info(  # type: ignore[no-untyped-call]  # same
                self._organisation, self._bucket, lines, **options
            )
        except ApiException as error:
            self._layout = None
            return Answer(
                status=error.status or 0,
                body=_text(error.body) or str(error.reason or "no answer"),
                retry_after_seconds=self._retry_after(error.headers or {}),
            )
        except (urllib3.exceptions.HTTPError, OSError, UnicodeDecodeError) as error:
            return Answer(status=0, body=f"{type(error).__name__}: {error}")
        return Answer(status=status, retry_after_seconds=self._retry_after(headers))

    def layout(self) -> Layout:
        """As the server tells (`GET /api/v2/buckets`), else days and no limit; asked again after it has refused us."""
        if self._layout is None:
            self._layout = self._asked_layout()
        return self._layout or Layout()

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # same

    def _asked_layout(self) -> Layout | None:
        pool = self._client.api_client.rest_client.pool_manager
        headers = {"Authorization": f"Token {self._token}"}
        try:
            fields = {"name": self._bucket, "org": self._organisation}
            answer = pool.request("GET", f"{self._url}/api/v2/buckets", fields=fields, headers=headers, timeout=5.0)
            found = msgspec.json.decode(answer.data, type=_Buckets) if answer.status == _OK else _Buckets()
        except (urllib3.exceptions.HTTPError, OSError):
            return None
        except msgspec.DecodeError:
            return Layout()
        if not found.buckets:
            return Layout()
        rule = (found.buckets[0].retentionRules or [_Rule()])[0]
        retention = timedelta(seconds=rule.everySeconds) if rule.everySeconds else None
        told = timedelta(seconds=rule.shardGroupDurationSeconds)
        return Layout(retention=retention, shard=told or shard_of(retention))

    def _retry_after(self, headers: Mapping[str, str]) -> float | None:
        """The header in seconds, or as a date."""
        words = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
        if words.isdecimal():
            return float(words)
        try:
            return max((parsedate_to_datetime(words) - self._now()).total_seconds(), 0.0)
        except (TypeError, ValueError):
            return None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(body: str | bytes | None) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
