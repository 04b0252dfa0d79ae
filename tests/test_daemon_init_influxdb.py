"""`officed init-influxdb`: made once, kept ever after, with no right more than needed and no secret on the screen."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from fake_influxdb_admin import ADMIN, FakeAdmin
from typer.testing import CliRunner, Result

from daemon.command_line.commands import app

OFFICED, GRAFANA = "influxdb_officed_token", "influxdb_grafana_token"


@pytest.fixture
def server() -> Iterator[FakeAdmin]:
    with FakeAdmin().running() as fake:
        yield fake


def init(url: str, folder: Path, *options: str, admin: str = ADMIN) -> Result:
    arguments = ["init-influxdb", url, "--secrets", str(folder / "secrets"), *options]
    return CliRunner().invoke(app, arguments, env={"OFFICED_INFLUXDB_ADMIN_TOKEN": admin})


def secrets(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "secrets").iterdir()}


def test_everything_is_made_with_least_rights_and_secret_files(server: FakeAdmin, tmp_path: Path) -> None:
    done = init(server.url, tmp_path, "--org", "head office", "--bucket", "b&c", "--retention", "400d")
    assert done.exit_code == 0, done.output
    assert list(server.organisations) == ["head office"]
    (bucket,) = server.buckets.values()
    assert bucket["retentionRules"] == [{"type": "expire", "everySeconds": 400 * 86400}]
    made = secrets(tmp_path)
    assert server.tokens[made[OFFICED]] == {("read", bucket["id"]), ("write", bucket["id"])}
    assert server.tokens[made[GRAFANA]] == {("read", bucket["id"])}
    for path in (tmp_path / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(secret in done.output for secret in (*made.values(), ADMIN))


def test_a_second_run_makes_nothing(server: FakeAdmin, tmp_path: Path) -> None:
    init(server.url, tmp_path)
    before, made = secrets(tmp_path), list(server.made)
    assert init(server.url, tmp_path).exit_code == 0
    assert (secrets(tmp_path), server.made) == (before, made)


@pytest.mark.parametrize("name", [OFFICED, GRAFANA])
@pytest.mark.parametrize("broken", ["revoked", "", None])
def test_a_token_that_does_not_work_is_made_anew_and_the_other_kept(
    server: FakeAdmin, tmp_path: Path, name: str, broken: str | None
) -> None:
    init(server.url, tmp_path)
    before = secrets(tmp_path)
    (tmp_path / "secrets" / name).unlink()
    if broken is not None:
        (tmp_path / "secrets" / name).write_text(broken)
    assert init(server.url, tmp_path).exit_code == 0
    after = secrets(tmp_path)
    assert after[name] != before[name]
    assert after[name] in server.tokens
    assert [each for each in before if after[each] == before[each]] == [each for each in before if each != name]


def test_a_token_that_may_only_read_is_not_taken_for_one_that_writes(server: FakeAdmin, tmp_path: Path) -> None:
    init(server.url, tmp_path)
    (tmp_path / "secrets" / OFFICED).write_text(secrets(tmp_path)[GRAFANA])
    init(server.url, tmp_path)
    assert ("write", server.buckets["officed"]["id"]) in server.tokens[secrets(tmp_path)[OFFICED]]


def test_another_retention_is_told_and_never_changed(server: FakeAdmin, tmp_path: Path) -> None:
    init(server.url, tmp_path, "--retention", "forever")
    assert server.buckets["officed"]["retentionRules"] == []
    done = init(server.url, tmp_path, "--retention", "30d")
    assert "kept, with for ever of data; you asked for 30 days" in done.output
    assert server.buckets["officed"]["retentionRules"] == []


@pytest.mark.parametrize(
    ("version", "fresh", "admin", "words"),
    [
        ("1.6.7", False, ADMIN, "is InfluxDB 1.6.7"),
        ("", False, ADMIN, "is no InfluxDB"),
        ("v2.7.12", True, ADMIN, "influx setup"),
        ("v2.7.12", False, "wrong", "administrator's token is not accepted"),
    ],
)
def test_a_server_that_cannot_be_set_up_is_named_in_one_sentence(
    server: FakeAdmin, tmp_path: Path, version: str, fresh: bool, admin: str, words: str
) -> None:
    server.version, server.is_fresh = version, fresh
    done = init(server.url, tmp_path, admin=admin)
    assert done.exit_code == 1
    assert words in done.output
    assert "Traceback" not in done.output
    assert not server.made


def test_a_server_that_is_away_is_trouble_and_a_bad_retention_misuse(tmp_path: Path) -> None:
    assert init("http://127.0.0.1:9", tmp_path).exit_code == 1
    assert init("http://127.0.0.1:9", tmp_path, "--retention", "a while").exit_code == 2
    assert init("http://127.0.0.1:9", tmp_path, admin="").exit_code == 2


@pytest.mark.real
def test_a_real_influxdb_2_is_set_up(tmp_path: Path) -> None:
    url, admin = os.environ.get("OFFICED_TEST_INFLUXDB_URL"), os.environ.get("OFFICED_TEST_INFLUXDB_TOKEN")
    if not (url and admin):
        pytest.skip("needs an InfluxDB 2: OFFICED_TEST_INFLUXDB_URL, OFFICED_TEST_INFLUXDB_TOKEN")
    name = f"test_{os.urandom(4).hex()}"
    assert init(url, tmp_path, "--org", name, "--bucket", name, admin=admin).exit_code == 0
    before = secrets(tmp_path)
    assert init(url, tmp_path, "--org", name, "--bucket", name, admin=admin).exit_code == 0
    assert secrets(tmp_path) == before
    for file, status in ((OFFICED, 204), (GRAFANA, 403)):
        headers = {"Authorization": f"Token {before[file]}"}
        answer = urllib3.request("POST", f"{url}/api/v2/write?org={name}&bucket={name}", headers=headers, body=b"")
        assert answer.status == status
