"""The commands that try a rule before it acts: over the stored past, or by what it held back while it watched."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

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
from daemon.running import MISUSE
from policies.words import say

if TYPE_CHECKING:
    from daemon.configuration.schema import Configuration
    from daemon.trial.promotion import Prospect
    from dashboards.language.language import Language


def backtest(
    policy: Annotated[Path, typer.Option("--policy", help="YAML with the policies to try, as under `policies:`.")],
    start: Annotated[str, typer.Option("--from", help="Local day or time, such as 2026-07-01.")],
    end: Annotated[str, typer.Option("--to", help="Up to here, exclusive; left out: now.")] = "",
    config: ConfigurationFile = DEFAULT,
    language: LanguageCode = "",
) -> None:
    """Run a policy over the stored past: what it would have done, beside what happened. Nothing is sent."""
    from daemon.audit.trail import effects  # noqa: PLC0415
    from daemon.command_line.backtest_file import read_policies  # noqa: PLC0415
    from daemon.engine.fresh import fresh_state, last_known  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415
    from daemon.trial.backtest import run, summary  # noqa: PLC0415
    from policies.control.effects import Decided  # noqa: PLC0415

    configuration = loaded(config)
    voice = spoken(configuration, language)
    try:
        policies = read_policies(policy)
    except ValueError as trouble:
        give_up(str(trouble), MISUSE)
    since, until = instant(start, configuration), instant(end, configuration)
    path = configuration.journal.path
    with reported(), history_of(configuration, os.environ, tell) as history:
        decided = [one for one in effects(path, until) if isinstance(one, Decided)] if path.exists() else []
        traits = last_known(path)[1]
        done, found = run(history, fresh_state(configuration), traits, policies, since, until, decided)
    for line in summary(done, found, voice):
        tell(line)


def promote(
    policy: Annotated[str, typer.Argument(help="Name of the policy that watches.")],
    who: Annotated[str, typer.Option("--who", help="Who decides this; with --why it is switched on.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, for the audit trail.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How far to look back.")] = 28,
    address: Annotated[
        str,
        typer.Option("--address", envvar="OFFICED_ADDRESS", help="Of the officed that runs; left out: the board's."),
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="An admin's token; left out: the variable OFFICED_TOKEN.")
    ] = None,
    config: ConfigurationFile = DEFAULT,
    language: LanguageCode = "",
) -> None:
    """Show what a policy would have done while it watched; with --who and --why let it act."""
    from daemon.audit.trail import effects  # noqa: PLC0415
    from daemon.engine.fresh import fresh_state  # noqa: PLC0415
    from daemon.history_of import history_of  # noqa: PLC0415
    from daemon.trial.promotion import prospect  # noqa: PLC0415
    from policies.control.effects import Decided  # noqa: PLC0415

    configuration = loaded(config)
    voice = spoken(configuration, language)
    state = fresh_state(configuration)
    names = [one.name for one in state.policies]
    if policy not in names:
        words = say("there is no policy {policy}; there are {names}", policy=policy, names=", ".join(names))
        give_up(voice.words(words), MISUSE)
    if bool(who.strip()) != bool(why.strip()):
        give_up(voice.words(say("switching on needs both a name (--who) and a reason (--why)")), MISUSE)
    now, path = datetime.now(UTC), configuration.journal.path
    with reported(), history_of(configuration, os.environ, tell) as history:
        decided = [one for one in effects(path, now) if isinstance(one, Decided)] if path.exists() else []
        found = prospect(history, state.office.site, policy, now - timedelta(days=days), now, decided)
    _show(found, days, voice)
    if who.strip():
        with reported():
            _switch_on(configuration, policy, (who.strip(), why.strip()), (address, token_file), voice)


def _show(found: "Prospect", days: int, voice: "Language") -> None:
    remedies = {"SwitchOff": say("switch off"), "SetSetpoint": say("set within the limit")}
    against = say("conflict")
    for one in found.would:
        remedy = voice.words(remedies[one.remedy]) if one.remedy in remedies else ""
        conflict = f"  {voice.words(against)}: {voice.words(one.conflict)}" if one.conflict is not None else ""
        at = one.at.astimezone(ZoneInfo(voice.timezone))
        tell(f"  {at:%Y-%m-%d %H:%M}  {one.device}  {remedy}{conflict}")
    conflicts = sum(1 for one in found.would if one.conflict is not None)
    words = say(
        "In {days} days it would have acted {count} times; {conflicts} of these in conflict.",
        days=float(days),
        count=float(len(found.would)),
        conflicts=float(conflicts),
    )
    tell(voice.words(words))
    words = say(
        "At most {saved_kwh} would have been saved; {unmetered} switch-offs have no figure.",
        saved_kwh=found.kwh,
        unmetered=float(found.unmetered),
    )
    tell(voice.words(words))


def _switch_on(
    configuration: "Configuration",
    policy: str,
    decision: tuple[str, str],
    where: tuple[str, Path | None],
    voice: "Language",
) -> None:
    """By the API of the officed that runs, or into the journal of one that does not. Raises StoreUnavailable."""
    from daemon.engine.fresh import fresh_state  # noqa: PLC0415
    from daemon.sole import sole  # noqa: PLC0415
    from daemon.trial.promoting import address_of, ask_api, runs, token  # noqa: PLC0415
    from daemon.trial.promotion import decide_in_journal  # noqa: PLC0415
    from policies.office.requests import SetMode  # noqa: PLC0415

    (who, why), (address, token_file) = decision, where
    if address or runs(configuration):
        bearer = token(token_file)
        if not bearer:
            words = say(
                "officed runs: name a file with an admin's token (--token-file, or OFFICED_TOKEN; `officed users token`"
                " makes one with the scope decide), switch the policy on at its board, or stop officed first"
            )
            give_up(voice.words(words))
        mode = ask_api(address or address_of(configuration), bearer, policy, who, why)
        if mode != "enforce":
            give_up(voice.words(say("officed has the decision, but {policy} does not act yet", policy=policy)))
        tell(voice.words(say("{policy} acts from now on: decided by {who}.", policy=policy, who=who)))
        return
    path = configuration.journal.path
    with sole(path):
        office = fresh_state(configuration).office
        decide_in_journal(path, office, SetMode(policy, "enforce", why), who, datetime.now(UTC))
    tell(voice.words(say("{policy} acts from the next start on: decided by {who}.", policy=policy, who=who)))
