"""Who takes the decision that a rule may act: the officed that runs, by its API; or, where none does, its journal.

There is no third way. Written into the journal behind the back of a running daemon, the next thing that it keeps would undo
it; so while one runs, the decision goes to it or is not taken.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import httpx

from daemon.configuration.schema import Configuration
from daemon.errors import StoreUnavailable
from daemon.sole import is_held
from daemon.trial.promotion import is_running

TOKEN_VARIABLE = "OFFICED_TOKEN"  # noqa: S105  a name, not a token
_SECONDS = 10.0


def runs(configuration: Configuration) -> bool:
    """Whether an officed of this configuration runs: it holds the journal, or somebody answers at the board's address."""
    return is_held(configuration.journal.path) or is_running(configuration.board.host, configuration.board.port)


def address_of(configuration: Configuration) -> str:
    """Where its API is, seen from this machine."""
    host = configuration.board.host
    host = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104  compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{configuration.board.port}"


def token(file: Path | None, environment: Mapping[str, str] = os.environ) -> str:
    """From the file, else from the environment; empty where there is none. Raises StoreUnavailable."""
    if file is None:
        return environment.get(TOKEN_VARIABLE, "").strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"{file}: the token cannot be read") from error


def ask_api(address: str, bearer: str, policy: str, who: str, why: str) -> str:
    """Have the running officed decide; gives the mode that now holds there. Raises StoreUnavailable with its own words."""
    url = f"{address.rstrip('/')}/api/v1/policies/{quote(policy, safe='')}/mode"
    body = {"mode": "enforce", "why": why, "who": who}
    headers = {"Authorization": f"Bearer {bearer}"}
    try:
        answer = httpx.post(url, json=body, headers=headers, timeout=_SECONDS, trust_env=False)
        said: object = answer.json() if "json" in answer.headers.get("content-type", "") else answer.text[:200]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise StoreUnavailable(f"{address}: does not answer as officed does ({type(error).__name__})") from error
    if answer.status_code != httpx.codes.OK or not isinstance(said, dict):
        why_not = said.get("detail", said) if isinstance(said, dict) else said
        raise StoreUnavailable(f"{address}: not switched on, answer {answer.status_code}: {why_not}")
    return str(said.get("mode", ""))
