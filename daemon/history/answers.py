"""What a database's answer to a write means, and what is to be done: the table, line by line, without any doing.

Measured on InfluxDB 2.9.1. Only 204 is storage. The body is looked at before the status, because InfluxDB 2.0 answered
500 to a partial write, and a partial write never proves that the rest is stored.
"""

import json
import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

from daemon.history.layout import Layout
from daemon.journal.schema import Refused


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`status` 0: no answer (refused, timeout), `body` says why. `retry_after_seconds`: what the server asked for.

    `refused`: lines that a store of our own has set apart while it stored the rest (status 204).
    """

    status: int
    body: str = ""
    retry_after_seconds: float | None = None
    refused: Sequence[Refused] = ()


class Writer(Protocol):
    """Where points go. Sender thread only; never raises for what the other side does."""

    def post(self, lines: bytes) -> Answer:
        """Write these lines (joined by newlines); an empty body asks only whether we would be let in."""

    def layout(self) -> Layout:
        """How far back points are taken, and where requests are to be cut."""


class Stored(msgspec.Struct, frozen=True):
    """It has them, except those it set apart itself."""

    refused: Sequence[Refused] = ()


class SetAside(msgspec.Struct, frozen=True):
    """Nothing was written because of these lines: set them aside and send the rest again."""

    refused: Sequence[Refused]


class Split(msgspec.Struct, frozen=True):
    """Some line is at fault and nobody says which: halve, send again; a single line is set aside."""

    reason: str


class Hold(msgspec.Struct, frozen=True):
    """Not the lines: a person has to do something. Keep everything, ask again in a while."""

    reason: str


class Doubt(msgspec.Struct, frozen=True):
    """Refused, in words that we do not know: the lines if an empty body is let in, else as Hold."""

    reason: str


class Retry(msgspec.Struct, frozen=True):
    """Not now; parts may be stored. Send the same again, for ever."""

    reason: str
    after_seconds: float | None = None
    could_be_the_lines: bool = False
    """A plain 500: if it stays while an empty body is let in, some line may be the cause."""


Verdict = Stored | SetAside | Split | Hold | Doubt | Retry

STORED = 204
_NAMED = re.compile(r"unable to parse '(.*?)': ([^\n]*)", re.DOTALL)
_ABOUT_THE_SERVER = ("timeout", "cache-max-memory-size", "no space left", "unexpected EOF", "engine is closed")


def verdict(answer: Answer, lines: Sequence[bytes]) -> Verdict:
    """What to do about these lines."""
    words = _message(answer.body)
    said = f"{answer.status}: {words}" if answer.status else words
    match answer.status:
        case 204:
            return Stored(answer.refused)
        case _ if "partial write:" in answer.body:
            return Split(said)
        case 422:
            return Split(said)
        case 400 if "unable to parse" in words:
            named = _named(words, lines)
            return SetAside(named) if named else Split(said)
        case 400:
            return Doubt(said)
        case 401 | 403 | 404:
            return Hold(said)
        case 413:
            return Split(said)
        case 0 | 408 | 429:
            return Retry(said, answer.retry_after_seconds)
        case status if status >= 500:  # noqa: PLR2004  the class of server errors
            theirs = status != 500 or any(word in words for word in _ABOUT_THE_SERVER)  # noqa: PLR2004
            return Retry(said, answer.retry_after_seconds, could_be_the_lines=not theirs)
        case _:
            return Hold(f"{said[:200]} (an InfluxDB answers 204: is this one, or a proxy's page?)")


def _message(body: str) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    return str(document.get("message") or document.get("error") or body)


def _named(words: str, lines: Sequence[bytes]) -> list[Refused]:
    """Those of our lines that the answer names. A line may hold `': `, so each is looked for as it stands."""
    reasons = {line.encode("utf-8", "replace"): why for line, why in _NAMED.findall(words)}
    named = [Refused(line, reasons[line]) for line in lines if line in reasons]
    if len(named) == len(reasons):
        return named
    return [
        Refused(line, reasons.get(line, "unable to parse"))
        for line in lines
        if f"unable to parse '{line.decode('utf-8', 'replace')}':" in words
    ]
