"""Secrets come from files or the environment, at the last moment, and are never part of an error."""

from pathlib import Path

import pytest

from daemon.configuration.problem import ConfigError
from daemon.configuration.secret import read_secret


def test_a_secret_file_is_read_without_the_newline_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(" s3cret \n")
    assert read_secret(path, None, {}) == " s3cret "


def test_a_variable_is_read_from_the_environment_that_is_given() -> None:
    assert read_secret(None, "TOKEN", {"TOKEN": "s3cret"}) == "s3cret"


def test_no_place_is_no_secret() -> None:
    assert read_secret(None, None, {"TOKEN": "s3cret"}) is None


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_secret_file_that_gives_none_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=said) as caught:
        read_secret(path, None, {})
    assert str(caught.value).startswith(f"{path}:1: the secret")


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}])
def test_a_variable_that_is_not_set_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="TOKEN: is not set, or empty"):
        read_secret(None, "TOKEN", environment)
