"""The commands for whoever wants to check: why, what is wrong with the rules, is the record whole."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from daemon.command_line.terminal import (
    DEFAULT,
    ConfigurationFile,
    LanguageCode,
    give_up,
    instant,
    loaded,
    reported,
    spoken,
    tell,
)
from daemon.running import MISUSE, OK, TROUBLE
from policies.words import say

FOUND = TROUBLE
"""Exit code where something was found: scripts can act on it."""


def explain(
    device: Annotated[str, typer.Argument(help="Id of the device.")],
    at: Annotated[str, typer.Option("--at", help='Local time, such as "2026-07-14 15:02"; left out: now.')] = "",
    config: ConfigurationFile = DEFAULT,
    language: LanguageCode = "",
) -> None:
    """Say why something was done, or why nothing was: rules, citations, readings, guards, at that instant."""
    from daemon.audit.trail import effects  # noqa: PLC0415  --help does not pay for it
    from daemon.command_line.explaining import Past, explained  # noqa: PLC0415
    from daemon.command_line.explaining_words import sentences  # noqa: PLC0415
    from daemon.engine.fresh import fresh_state, last_known  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415

    configuration = loaded(config)
    moment = instant(at, configuration)
    voice = spoken(configuration, language)
    if device not in configuration.devices:
        give_up(voice.words(say("there is no device {device} in {file}", device=device, file=str(config))), MISUSE)
    path = configuration.journal.path
    with reported(), history_of(configuration, os.environ, tell) as history:
        records = tuple(effects(path, moment)) if path.exists() else ()
        past = Past(history, fresh_state(configuration), last_known(path)[1], records)
        told = explained(past, past.fresh.office.site.devices[device].id, moment)  # type: ignore[index]  # checked above
    for line in sentences(told, voice, moment):
        tell(line)


def lint(config: ConfigurationFile = DEFAULT, language: LanguageCode = "") -> None:
    """Find what is valid and still wrong: uncovered devices, rules that fight, holes in calendars, units, silence."""
    from daemon.command_line.lint import faults_of  # noqa: PLC0415
    from daemon.configuration.document import read_document  # noqa: PLC0415
    from daemon.engine.fresh import fresh_state, last_known  # noqa: PLC0415

    configuration = loaded(config)
    with reported():
        heard, _ = last_known(configuration.journal.path)
    now = datetime.now(UTC)
    document = read_document(config.read_text(encoding="utf-8-sig"), str(config))
    found = faults_of(fresh_state(configuration), heard, document, now)
    voice = spoken(configuration, language)
    for one in found:
        tell(one.sentence(str(config), voice, now))
    count, nothing = say("{count} faults", count=float(len(found))), say("{file}: nothing to mend", file=str(config))
    tell(voice.words(count if found else nothing))
    raise typer.Exit(FOUND if found else OK)


def verify_audit(
    trail: Annotated[Path | None, typer.Argument(help="A journal, a copy of one, or an exported trail.")] = None,
    head: Annotated[list[str] | None, typer.Option("--head", help="A head that was sent outside: seq:hash.")] = None,
    heads: Annotated[Path | None, typer.Option("--heads", help="A file with such heads, one a line.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the trail into this file as well.")] = None,
    config: ConfigurationFile = DEFAULT,
    language: LanguageCode = "",
) -> None:
    """Verify the audit trail without a running daemon; name its first break."""
    from daemon.audit.check import read_head, verify  # noqa: PLC0415
    from daemon.audit.heads import HEADS_FILE, kept_heads  # noqa: PLC0415
    from daemon.audit.trail import entries, export_to  # noqa: PLC0415

    configuration = loaded(config) if trail is None or config.exists() else None
    voice = spoken(configuration, language)
    path = trail if trail is not None or configuration is None else configuration.journal.path
    if path is None:
        raise AssertionError("a trail was named, or its configuration read")
    try:
        kept = [read_head(text) for text in head or ()] + (kept_heads(heads) if heads else [])
        beside = path.with_name(HEADS_FILE)
        anchors = kept_heads(beside) if beside.exists() else []
    except (ValueError, OSError) as trouble:
        give_up(str(trouble), MISUSE)
    with reported():
        verdict = verify(entries(path), kept, anchors)
        if export is not None:
            export_to(path, export)
    if verdict.broken_at is not None:
        words = say("{file}: broken at entry {number}", file=str(path), number=str(verdict.broken_at))
        give_up(f"{voice.words(words)}: {voice.words(verdict.why)}", FOUND)
    last = say("none") if verdict.head is None else say("{text}", text=str(verdict.head))
    words = say("{file}: whole. {count} entries, head", file=str(path), count=float(verdict.count))
    tell(f"{voice.words(words)} {voice.words(last)}")
    if verdict.let_go:
        tell(voice.words(say("Entries up to {number} were let go to make room.", number=str(verdict.let_go))))
    if not kept:
        tell(voice.words(say("No head from outside was given: that the end was not cut off is not shown by this.")))
