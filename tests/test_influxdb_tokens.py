"""The set-up step of the compose file's database: one token for officed, one for Grafana, made once.

The script talks to the `influx` command line; a fake one of a few lines stands in for it, and writes down what it was
asked. Where the real one and a real InfluxDB 2 are at hand, the same step runs against them.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "deploy/influxdb/make_tokens.sh"

INFLUX = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
    *'--token revoked'*) echo '401 Unauthorized' >&2; exit 1 ;;
    'bucket list'*) [ -e "$NO_BUCKET" ] && echo '[]' || printf '[\\n\\t{\\n\\t\\t"id": "0b0c",\\n\\t\\t"orgID": "0a0a"\\n\\t}\\n]\\n' ;;
    'auth create'*'--write-bucket'*) printf '{\\n\\t"id": "1",\\n\\t"token": "may-write==",\\n\\t"userName": "admin"\\n}\\n' ;;
    'auth create'*) printf '{\\n\\t"id": "2",\\n\\t"token": "may-read==",\\n\\t"userName": "admin"\\n}\\n' ;;
esac
"""


class Setup:
    """A folder with secrets, tokens and the fake command."""

    def __init__(self, folder: Path) -> None:
        self.tokens = folder / "tokens"
        self.calls = folder / "calls"
        self.no_bucket = folder / "no-bucket"
        self.tokens.mkdir()
        (folder / "influxdb_admin_token").write_text("admin-token\n")
        (folder / "influx").write_text(INFLUX)
        (folder / "influx").chmod(0o755)
        self.environment = {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "SECRETS": str(folder),
            "TOKENS": str(self.tokens),
            "CALLS": str(self.calls),
            "NO_BUCKET": str(self.no_bucket),
            "INFLUX_HOST": "http://influxdb:8086",
            "INFLUX_ORG": "office",
            "INFLUX_BUCKET": "officed",
        }

    def run(self) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        return subprocess.run(
            ["sh", str(SCRIPT)], env=self.environment, capture_output=True, text=True, check=False, timeout=30
        )

    def made(self) -> list[str]:
        """The rights of the tokens that were asked for in the last run."""
        lines = self.calls.read_text().splitlines()
        return [line.partition("--json ")[2] for line in lines if line.startswith("auth create")]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)


def test_officed_may_write_and_grafana_may_only_read(setup: Setup) -> None:
    done = setup.run()

    assert done.returncode == 0, done.stderr
    assert setup.made() == ["--read-bucket 0b0c --write-bucket 0b0c", "--read-bucket 0b0c"]
    assert {path.name: path.read_text() for path in setup.tokens.iterdir()} == {
        "officed": "may-write==",
        "grafana": "may-read==",
    }
    assert "may-" not in done.stdout + done.stderr, "no token may reach the log"


def test_a_second_run_keeps_the_tokens(setup: Setup) -> None:
    setup.run()

    assert setup.run().returncode == 0
    assert setup.made() == []


def test_a_token_that_the_database_no_longer_knows_is_made_anew(setup: Setup) -> None:
    setup.run()
    (setup.tokens / "grafana").unlink()
    (setup.tokens / "grafana").write_text("revoked")

    assert setup.run().returncode == 0
    assert setup.made() == ["--read-bucket 0b0c"]
    assert (setup.tokens / "grafana").read_text() == "may-read=="


def test_without_the_bucket_nothing_is_made_and_the_step_fails(setup: Setup) -> None:
    setup.no_bucket.touch()
    done = setup.run()

    assert done.returncode == 1
    assert "no bucket named officed" in done.stderr
    assert list(setup.tokens.iterdir()) == []


@pytest.mark.real
def test_a_real_database_gives_the_tokens(tmp_path: Path) -> None:
    url, admin = os.environ.get("OFFICED_TEST_INFLUXDB_URL"), os.environ.get("OFFICED_TEST_INFLUXDB_TOKEN")
    if not (url and admin and shutil.which("influx")):
        pytest.skip("needs OFFICED_TEST_INFLUXDB_URL, OFFICED_TEST_INFLUXDB_TOKEN and influx 2 on the PATH")
    setup = Setup(tmp_path)
    (tmp_path / "influx").unlink()
    (tmp_path / "influxdb_admin_token").write_text(admin)
    names = {"INFLUX_ORG": "OFFICED_TEST_INFLUXDB_ORG", "INFLUX_BUCKET": "OFFICED_TEST_INFLUXDB_BUCKET"}
    setup.environment |= {
        "INFLUX_HOST": url,
        **{ours: os.environ.get(given, "officed") for ours, given in names.items()},
    }

    done = setup.run()

    assert done.returncode == 0, done.stderr
    assert len({path.read_text() for path in setup.tokens.iterdir()}) == 2
