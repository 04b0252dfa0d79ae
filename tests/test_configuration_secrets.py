"""Secrets come from files or the environment, at the last moment, and are never part of an error."""

from pathlib import Path

import pytest

from daemon.configuration.places import is_secret, shown, spell
from daemon.configuration.problem import ConfigError
from daemon.configuration.secret import read_secret


def test_a_secret_file_is_read_without_the_newline_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(" s3cret \n")
    assert read_secret(path, None, {}) == " s3cret "


def test_a_variable_is_read_from_the_environment_that_is_given() -> None:
    assert read_secret(None, "TOKEN", {"TOKEN": " s3cret \n"}) == " s3cret "


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


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (("broker", "password"), True),
        (("broker", "passwd", "deeper"), True),
        (("mail", "login_env"), True),
        (("notices", 0, "url_file"), True),
        (("influxdb", "token_file"), True),
        (("influxdb", "url"), False),
        (("devices", "a", "address"), False),
        ((), False),
    ],
)
def test_what_is_named_like_a_secret_is_taken_for_one(path: tuple[str | int, ...], secret: bool) -> None:
    assert is_secret(path) is secret
    assert (shown("hunter2", path) == "***") is secret


def test_keys_below_a_secret_are_hidden_and_odd_keys_are_quoted() -> None:
    assert spell(("broker", "password", "hunter2", 0)) == "broker.password.***[0]"
    assert spell(("zones", "Hall 1", "hours")) == "zones.'Hall 1'.hours"


def test_a_shown_value_is_short_on_one_line_and_without_the_user_of_an_address() -> None:
    assert shown("x" * 100, ("site",)) == f"'{'x' * 60}…'"
    assert shown("a\nb", ("site",)) == "several lines of text"
    assert shown("http://me:hunter2@host/", ("influxdb", "url")) == "'http://***@host/'"
    assert shown("a\u202eb", ("site",)) == "'a?b'"
