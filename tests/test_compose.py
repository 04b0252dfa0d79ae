"""The compose file is read by Compose itself; what it mounts is there, and its secrets are made by `make secrets`."""

import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from daemon.configuration.load import parse

ROOT = Path(__file__).parents[1]
Program = Callable[..., str]


@pytest.fixture(scope="module")
def composed(program: Program, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The compose file as Compose itself understands it."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(ROOT / "docker-compose.yml", folder)
    plugin = shutil.which("docker")
    if plugin and subprocess.run([plugin, "compose", "version"], capture_output=True, check=False).returncode == 0:
        command = [plugin, "compose"]
    else:
        command = [program("docker-compose")]
    done = subprocess.run(
        [*command, "-f", "docker-compose.yml", "config"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return cast("dict[str, Any]", yaml.safe_load(done.stdout))


@pytest.mark.real
def test_compose_reads_the_file_and_finds_all_services(composed: dict[str, Any]) -> None:
    assert set(composed["services"]) == {"mosquitto", "influxdb", "influxdb-tokens", "officed", "grafana"}


@pytest.mark.real
def test_every_port_is_on_the_loopback_address_only(composed: dict[str, Any]) -> None:
    ports = [port for service in composed["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 3
    for port in ports:
        address = port["host_ip"] if isinstance(port, dict) else port
        assert str(address).startswith("127.0.0.1"), port


@pytest.mark.real
def test_every_image_is_pinned_and_every_secret_is_a_file(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        tag = service["image"].rpartition(":")[2]
        assert tag.count(".") == 2, f"{name}: {service['image']}"
        for variable, value in (service.get("environment") or {}).items():
            if "PASSWORD" in variable or "TOKEN" in variable:
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"


@pytest.mark.real
def test_every_mounted_file_exists_and_every_secret_is_made(composed: dict[str, Any], tmp_path: Path) -> None:
    make_secrets()["make_secrets"](tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    source = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    mounts = [mount.split(":")[0] for service in source["services"].values() for mount in service.get("volumes", [])]

    assert {Path(secret["file"]).name for secret in composed["secrets"].values()} <= made
    written_by_the_user = {"./office.yaml"}
    files = {mount for mount in mounts if mount.startswith("./")} - written_by_the_user
    assert len(files) >= 4
    assert [mount for mount in files if not (ROOT / mount).exists()] == []


def test_the_part_of_the_configuration_that_fits_the_compose_file_is_valid(tmp_path: Path) -> None:
    office = yaml.safe_load((ROOT / "office.example.yaml").read_text())
    part = yaml.safe_load((ROOT / "deploy/office.part.yaml").read_text())
    office.pop("store", None)
    written = yaml.safe_dump({**office, **part}, allow_unicode=True)

    configuration = parse(written, file="office.yaml", directory=tmp_path)

    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    officed, database = compose["services"]["officed"], compose["services"]["influxdb"]["environment"]
    assert configuration.influxdb is not None
    assert configuration.influxdb.org == database["DOCKER_INFLUXDB_INIT_ORG"]
    assert configuration.influxdb.bucket == database["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert configuration.broker.password_file == Path("/run/secrets") / officed["secrets"][0]
    assert "officed:/var/lib/officed" in officed["volumes"]
    assert configuration.journal.path.parent == Path("/var/lib/officed")


def test_a_second_run_keeps_the_secrets_and_fills_the_gap(tmp_path: Path) -> None:
    make = make_secrets()["make_secrets"]
    make(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "influxdb_admin_token").unlink()

    assert make(tmp_path) == ["influxdb_admin_token"]
    after = {path.name: path.read_text() for path in tmp_path.iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"influxdb_admin_token", "mosquitto_passwords"}
    assert all(len(text) >= 40 for text in after.values())
    assert len(set(after.values())) == len(after)


def make_secrets() -> dict[str, Any]:
    """The script that `make secrets` runs, as a module."""
    return runpy.run_path(str(ROOT / "deploy/make_secrets.py"))
