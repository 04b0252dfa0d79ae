"""`officed init-influxdb`: what the compose file does to its InfluxDB 2, done to one that is there already.

Organisation, bucket with its retention, a token for officed (its bucket: read and write) and one for Grafana (its bucket:
read). What exists and works is kept, so it may be run again at any time; nothing is ever deleted or shortened.
Source: docs.influxdata.com/influxdb/v2/api (InfluxDB 2.7).
"""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from pydantic import TypeAdapter, ValidationError

from daemon.configuration.problem import ConfigError
from daemon.configuration.quantities import Length
from daemon.configuration.secret import read_secret

SECRET_MODE = 0o600
_OK, _NO_CONTENT, _NOT_FOUND = 200, 204, 404
_Answer = TypeVar("_Answer")
Permission = dict[str, object]


class InfluxdbUnavailable(Exception):  # noqa: N818  named after what is the case, like its neighbours in errors.py
    """The server cannot be set up (away, not InfluxDB 2, wrong token); the message is a sentence for a person."""


class _Named(msgspec.Struct):
    id: str = ""


class _Rule(msgspec.Struct):
    everySeconds: int = 0  # noqa: N815  the server's word


class _Bucket(msgspec.Struct):
    id: str = ""
    retentionRules: list[_Rule] = []  # noqa: N815  same


class _Organisations(msgspec.Struct):
    orgs: list[_Named] = []


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []


class _Authorization(msgspec.Struct):
    token: str


class InfluxdbSetup:
    """One server, as its administrator. `say` takes a sentence; no token is ever in one."""

    def __init__(self, url: str, admin_token: str, say: Callable[[str], None]) -> None:
        self._url = url.rstrip("/")
        self._admin_token = admin_token
        self._say = say
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5.0, read=30.0), retries=False)

    def run(self, organisation: str, bucket: str, retention: timedelta | None, directory: Path) -> None:
        """Do all of it; `retention` None keeps for ever. Raises InfluxdbUnavailable."""
        try:
            self._check_server()
            org_id = self._organisation(organisation)
            bucket_id = self._bucket(org_id, bucket, retention)
            read: Permission = {"action": "read", "resource": {"type": "buckets", "id": bucket_id, "orgID": org_id}}
            write: Permission = {"action": "write", "resource": {"type": "buckets", "id": bucket_id, "orgID": org_id}}
            directory.mkdir(parents=True, exist_ok=True)
            self._token(directory / "influxdb_officed_token", "officed", org_id, bucket, [read, write])
            self._token(directory / "influxdb_grafana_token", "grafana", org_id, bucket, [read])
        except urllib3.exceptions.HTTPError as error:
            raise InfluxdbUnavailable(f"{self._url} does not answer: {error}") from error
        except OSError as error:
            raise InfluxdbUnavailable(f"{directory}: {error.strerror or error}") from error

    def _check_server(self) -> None:
        answer = self._pool.request("GET", f"{self._url}/ping")
        version = answer.headers.get("X-Influxdb-Version", "")
        if not version.removeprefix("v").startswith("2"):
            found = f"InfluxDB {version}" if version else "no InfluxDB"
            raise InfluxdbUnavailable(f"{self._url} is {found}; organisations, buckets and tokens are InfluxDB 2's")
        fresh = self._pool.request("GET", f"{self._url}/api/v2/setup")
        if fresh.status == _OK and b'"allowed":true' in fresh.data.replace(b" ", b""):
            raise InfluxdbUnavailable(f"{self._url} has no administrator yet: run `influx setup` there first")

    def _organisation(self, name: str) -> str:
        status, data = self._ask("GET", "/api/v2/orgs", {"org": name})
        found = [] if status == _NOT_FOUND else _read(data, _Organisations).orgs
        if found:
            self._say(f"organisation {name}: kept")
            return found[0].id
        made = self._made("/api/v2/orgs", {"name": name}, _Named)
        self._say(f"organisation {name}: made")
        return made.id

    def _bucket(self, org_id: str, name: str, retention: timedelta | None) -> str:
        seconds = int(retention.total_seconds()) if retention else 0
        status, data = self._ask("GET", "/api/v2/buckets", {"name": name, "orgID": org_id})
        found = [] if status == _NOT_FOUND else _read(data, _Buckets).buckets
        if not found:
            rules = [{"type": "expire", "everySeconds": seconds}] if seconds else []
            body = {"name": name, "orgID": org_id, "retentionRules": rules}
            made = self._made("/api/v2/buckets", body, _Bucket)
            self._say(f"bucket {name}: made, kept {_days(seconds)}")
            return made.id
        kept = (found[0].retentionRules or [_Rule()])[0].everySeconds
        asked = "" if kept == seconds else f"; you asked for {_days(seconds)}, which this command never changes"
        self._say(f"bucket {name}: kept, with {_days(kept)} of data{asked}")
        return found[0].id

    def _token(self, file: Path, purpose: str, org_id: str, bucket: str, permissions: list[Permission]) -> None:
        if file.exists() and self._works(file.read_text().strip(), org_id, bucket, writes=len(permissions) > 1):
            file.chmod(SECRET_MODE)
            self._say(f"token of {purpose}: kept in {file}")
            return
        body = {"orgID": org_id, "description": f"{purpose} ({bucket})", "permissions": permissions}
        made = self._made("/api/v2/authorizations", body, _Authorization)
        write_secret(file, made.token)
        self._say(f"token of {purpose}: made, in {file}")

    def _works(self, token: str, org_id: str, bucket: str, *, writes: bool) -> bool:
        """Whether the token does what it is for; an empty body leaves no trace."""
        status, data = self._ask("GET", "/api/v2/buckets", {"name": bucket, "orgID": org_id}, token=token)
        if status != _OK or not _read(data, _Buckets).buckets:
            return False
        where = {"orgID": org_id, "bucket": bucket}
        return not writes or self._ask("POST", "/api/v2/write", where, token=token)[0] == _NO_CONTENT

    def _ask(self, method: str, path: str, fields: dict[str, str], *, token: str | None = None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Token {self._admin_token if token is None else token}"}
        answer = self._pool.request(method, f"{self._url}{path}?{urlencode(fields)}", headers=headers)
        if token is None and answer.status not in {_OK, _NOT_FOUND}:
            raise InfluxdbUnavailable(_refusal(path, answer.status, answer.data))
        return answer.status, answer.data

    def _made(self, path: str, body: Mapping[str, object], kind: type[_Answer]) -> _Answer:
        headers = {"Authorization": f"Token {self._admin_token}"}
        answer = self._pool.request("POST", f"{self._url}{path}", json=body, headers=headers)
        if answer.status != 201:  # noqa: PLR2004  created
            raise InfluxdbUnavailable(_refusal(path, answer.status, answer.data))
        return _read(answer.data, kind)


def administrator(file: Path | None, environment: Mapping[str, str]) -> str:
    """The administrator's token. Raises ValueError with a sentence where there is none."""
    try:
        token = read_secret(file, None if file else "OFFICED_INFLUXDB_ADMIN_TOKEN", environment)
    except ConfigError as error:
        raise ValueError(f"the administrator's token: {error}; see --admin-token-file") from error
    return token or ""


def kept_for(text: str) -> timedelta | None:
    """`400d`, `9600h`; None for `forever`. Raises ValueError with a sentence."""
    if text == "forever":
        return None
    try:
        retention = TypeAdapter(Length).validate_python(text)
    except ValidationError as error:
        raise ValueError(f"--retention {text}: must be a duration such as 400d, or forever") from error
    if retention < timedelta(hours=1):
        raise ValueError(f"--retention {text}: InfluxDB keeps at least an hour")
    return retention


def write_secret(file: Path, secret: str) -> None:
    """Whole or not at all, readable by its owner only from the first byte on."""
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, SECRET_MODE), "w") as stream:
        stream.write(secret)
    fresh.replace(file)


def _read(data: bytes, kind: type[_Answer]) -> _Answer:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise InfluxdbUnavailable(f"an answer that is not InfluxDB's: {error}") from error


def _refusal(path: str, status: int, data: bytes) -> str:
    if status == 401:  # noqa: PLR2004  unauthorized
        return "the administrator's token is not accepted"
    return f"InfluxDB answers {status} to {path}: {data[:200].decode('utf-8', 'replace')}"


def _days(seconds: int) -> str:
    return f"{seconds / 86400:g} days" if seconds else "for ever"
