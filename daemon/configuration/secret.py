"""Reads a secret at the last moment, from the file or the environment variable that office.yaml names."""

from collections.abc import Mapping
from pathlib import Path

from daemon.configuration.problem import ConfigError, Problem
from policies.words import say

_MAX_BYTES = 64 * 1024


def read_secret(path: Path | None, variable: str | None, environment: Mapping[str, str]) -> str | None:
    """The secret without the newline at its end; None where no place is given. Raises ConfigError that never shows it."""
    if path is not None:
        return _from_file(path)
    if variable is None:
        return None
    secret = environment.get(variable, "").strip("\r\n")
    if not secret:
        raise ConfigError([Problem("environment", 1, variable, str(say("is not set, or empty")))])
    return secret


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            secret = stream.read(_MAX_BYTES).decode("utf-8").strip("\r\n")
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise ConfigError([Problem(str(path), 1, "", f"the secret cannot be read: {reason}")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(str(path), 1, "", str(say("the secret is not UTF-8 text")))]) from None
    if not secret:
        raise ConfigError([Problem(str(path), 1, "", str(say("the secret is empty")))])
    return secret
