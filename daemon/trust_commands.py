"""The commands for whoever wants to check: why, what is wrong with the rules, is the record whole, what would a rule do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from daemon.errors import StoreUnavailable
from daemon.running import MISUSE, OK, TROUBLE

if TYPE_CHECKING:
    from daemon.configuration.schema import Configuration
    from dashboards.language.language import Language

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
ConfigurationFile = Annotated[
    Path, typer.Option("--config", "-c", help="The office's configuration.", envvar="OFFICED_CONFIG")
]
LanguageCode = Annotated[str, typer.Option("--language", help="en or zh_CN; left out: the site's.")]
DEFAULT = Path("office.yaml")
FOUND = TROUBLE
"""Exit code where something was found: scripts can act on it."""


def explain(
    device: Annotated[str, typer.Argument(help="Id of the device.")],
    at: Annotated[str, typer.Option("--at", help='Local time, such as "2026-07-14 15:02"; left out: now.')] = "",
    config: ConfigurationFile = DEFAULT,
    language: LanguageCode = "",
) -> None:
    """Say why something was done, or why nothing was: rules, citations, readings, guards, at that instant."""
    from daemon.audit_trail import effects  # noqa: PLC0415  --help does not pay for it
    from daemon.explaining import Past, explained  # noqa: PLC0415
    from daemon.explaining_words import sentences  # noqa: PLC0415
    from daemon.fresh import fresh_state, last_known  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415

    configuration = _loaded(config)
    instant = _instant(at, configuration)
    if device not in configuration.devices:
        _give_up(f"there is no device {device} in {config}", MISUSE)
    path = configuration.journal.path
    with _reported(), history_of(configuration, os.environ, _say) as history:
        records = tuple(effects(path, instant)) if path.exists() else ()
        past = Past(history, fresh_state(configuration), last_known(path)[1], records)
        told = explained(past, past.fresh.office.site.devices[device].id, instant)  # type: ignore[index]  # checked above
    for line in sentences(told, _language(configuration, language), instant):
        _say(line)


def lint(config: ConfigurationFile = DEFAULT, language: LanguageCode = "") -> None:
    """Find what is valid and still wrong: uncovered devices, rules that fight, holes in calendars, units, silence."""
    from daemon.configuration.document import read_document  # noqa: PLC0415
    from daemon.fresh import fresh_state, last_known  # noqa: PLC0415
    from daemon.lint import faults_of  # noqa: PLC0415

    configuration = _loaded(config)
    with _reported():
        heard, _ = last_known(configuration.journal.path)
    now = datetime.now(UTC)
    document = read_document(config.read_text(encoding="utf-8-sig"), str(config))
    found = faults_of(fresh_state(configuration), heard, document, now)
    for one in found:
        _say(one.sentence(str(config), _language(configuration, language), now))
    _say(f"{len(found)} faults" if found else f"{config}: nothing to mend")
    raise typer.Exit(FOUND if found else OK)


def verify_audit(
    trail: Annotated[Path | None, typer.Argument(help="A journal, a copy of one, or an exported trail.")] = None,
    head: Annotated[list[str] | None, typer.Option("--head", help="A head that was sent outside: seq:hash.")] = None,
    heads: Annotated[Path | None, typer.Option("--heads", help="A file with such heads, one a line.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the trail into this file as well.")] = None,
    config: ConfigurationFile = DEFAULT,
) -> None:
    """Verify the audit trail without a running daemon; name its first break."""
    from daemon.audit_check import read_head, verify  # noqa: PLC0415
    from daemon.audit_heads import kept_heads  # noqa: PLC0415
    from daemon.audit_trail import entries, export_to  # noqa: PLC0415

    path = trail or _loaded(config).journal.path
    try:
        kept = [read_head(text) for text in head or ()] + (kept_heads(heads) if heads else [])
    except (ValueError, OSError) as trouble:
        _give_up(str(trouble), MISUSE)
    with _reported():
        verdict = verify(entries(path), kept)
        if export is not None:
            export_to(path, export)
    if verdict.broken_at is not None:
        _give_up(f"{path}: broken at entry {verdict.broken_at}: {verdict.why}", FOUND)
    _say(f"{path}: whole. {verdict.count} entries, head {verdict.head or 'none'}")
    if not kept:
        _say("No head from outside was given: that the end was not cut off is not shown by this.")


def backtest(
    policy: Annotated[Path, typer.Option("--policy", help="YAML with the policies to try, as under `policies:`.")],
    start: Annotated[str, typer.Option("--from", help="Local day or time, such as 2026-07-01.")],
    end: Annotated[str, typer.Option("--to", help="Up to here, exclusive; left out: now.")] = "",
    config: ConfigurationFile = DEFAULT,
) -> None:
    """Run a policy over the stored past: what it would have done, beside what happened. Nothing is sent."""
    from daemon.backtest import run, summary  # noqa: PLC0415
    from daemon.backtest_file import read_policies  # noqa: PLC0415
    from daemon.fresh import fresh_state, last_known  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415

    configuration = _loaded(config)
    try:
        policies = read_policies(policy)
    except ValueError as trouble:
        _give_up(str(trouble), MISUSE)
    since, until = _instant(start, configuration), _instant(end, configuration)
    with _reported(), history_of(configuration, os.environ, _say) as history:
        traits = last_known(configuration.journal.path)[1]
        done, found = run(history, fresh_state(configuration), traits, policies, since, until)
    zone = ZoneInfo(configuration.site.timezone)
    for line in summary(done, found, zone):
        _say(line)


def promote(
    policy: Annotated[str, typer.Argument(help="Name of the policy that watches.")],
    who: Annotated[str, typer.Option("--who", help="Who decides this; with --why it is switched on.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, for the audit trail.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How far to look back.")] = 28,
    config: ConfigurationFile = DEFAULT,
) -> None:
    """Show what a policy would have done while it watched; with --who and --why let it act."""
    from daemon.audit_trail import effects  # noqa: PLC0415
    from daemon.fresh import fresh_state  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415
    from daemon.promotion import decide_in_journal, is_running, prospect  # noqa: PLC0415
    from policies.control.effects import Decided  # noqa: PLC0415
    from policies.office.requests import SetMode  # noqa: PLC0415

    configuration = _loaded(config)
    state = fresh_state(configuration)
    if policy not in {one.name for one in state.policies}:
        _give_up(f"there is no policy {policy}; there are {', '.join(one.name for one in state.policies)}", MISUSE)
    if bool(who) != bool(why):
        _give_up("switching on needs both a name (--who) and a reason (--why)", MISUSE)
    now, path = datetime.now(UTC), configuration.journal.path
    zone = ZoneInfo(configuration.site.timezone)
    with _reported(), history_of(configuration, os.environ, _say) as history:
        decided = [one for one in effects(path, now) if isinstance(one, Decided)] if path.exists() else []
        found = prospect(history, state.office.site, policy, now - timedelta(days=days), now, decided)
    for one in found.would:
        conflict = f"  conflict: {one.conflict}" if one.conflict else ""
        _say(f"  {one.at.astimezone(zone):%Y-%m-%d %H:%M}  {one.device}  {one.remedy}{conflict}")
    conflicts = sum(1 for one in found.would if one.conflict)
    _say(f"In {days} days it would have acted {len(found.would)} times; {conflicts} of these in conflict.")
    _say(f"At most {found.kwh:.2f} kWh would have been saved; {found.unmetered} switch-offs have no figure.")
    if not who:
        return
    if is_running(configuration.board.host, configuration.board.port):
        _give_up("officed runs: switch the policy on at its board, as an administrator, or stop officed first")
    with _reported():
        decide_in_journal(path, state.office, SetMode(policy, "enforce", why), who, now)
    _say(f"{policy} acts from the next start on: decided by {who}.")


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as trouble:
        _give_up(str(trouble))


def _instant(text: str, configuration: "Configuration") -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _give_up(f"{text!r} is no time; write it as 2026-07-14 15:02", MISUSE)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(configuration.site.timezone))).astimezone(UTC)


def _language(configuration: "Configuration", code: str) -> "Language":
    from dashboards.language.catalogs import languages  # noqa: PLC0415

    known = languages(configuration.site.timezone)
    if code and code not in known:
        _give_up(f"{code} is not spoken here; there are {', '.join(known)}", MISUSE)
    return known[code or configuration.site.language]


def _loaded(path: Path) -> "Configuration":
    from daemon.configuration.load import load  # noqa: PLC0415
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415

    try:
        return load(path)
    except ConfigError as error:
        _give_up(str(error), MISUSE)


def _say(text: str) -> None:
    _out.print(text, markup=False)


def _give_up(text: str, code: int = TROUBLE) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(code)
