"""The command line: what a person can ask for. Each command is a few lines; the work is elsewhere.

Exit codes: 0 done, 1 something outside failed, 2 the command or the configuration is wrong.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from daemon.command_line.account_commands import app as users
from daemon.command_line.discovery_commands import discover, init
from daemon.command_line.report_commands import report
from daemon.command_line.terminal import DEFAULT, ConfigurationFile
from daemon.command_line.trial_commands import backtest, promote
from daemon.command_line.trust_commands import explain, lint, verify_audit
from daemon.running import MISUSE, OK, TROUBLE, log_to_terminal

if TYPE_CHECKING:
    from daemon.command_line.dead_letters import DeadLetterBox
    from daemon.configuration.schema import Configuration

app = typer.Typer(
    name="officed",
    help="Hears an office's thermostats, plugs and printers, holds them to its energy rules, and proves what it did.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(users)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def run(
    config: ConfigurationFile = DEFAULT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail.")] = False,
) -> None:
    """Run the daemon: listen, judge, correct, prove, store, show."""
    from daemon.bootstrap import assemble  # noqa: PLC0415  half a second that --help does not pay
    from daemon.errors import StoreUnavailable  # noqa: PLC0415
    from daemon.running import run as run_daemon  # noqa: PLC0415
    from daemon.sole import sole  # noqa: PLC0415
    from daemon.web import WebUnavailable  # noqa: PLC0415

    log_to_terminal(logging.DEBUG if verbose else logging.INFO)
    configuration = _loaded(config)
    try:
        with sole(configuration.journal.path):
            code = run_daemon(assemble(configuration, os.environ, path=config), _out.print)
    except (WebUnavailable, StoreUnavailable) as trouble:
        _give_up(str(trouble))
    raise typer.Exit(code)


@app.command()
def demo(
    speed: Annotated[float, typer.Option(min=1, max=600, help="Office seconds a second.")] = 60.0,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the board.")] = 8080,
    seed: Annotated[int, typer.Option(help="Another seed, another office day.")] = 1,
    directory: Annotated[Path, typer.Option(help="Where the demo keeps its files.")] = Path("var/demo"),
) -> None:
    """Show the whole product on this machine: a broker, a virtual office, officed enforcing, the board."""
    from daemon.demonstration.demo import Demo, DemoUnavailable  # noqa: PLC0415

    log_to_terminal(logging.ERROR)
    try:
        code = Demo(directory, speed=speed, port=port, seed=seed, out=_out).run()
    except DemoUnavailable as trouble:
        _give_up(str(trouble))
    raise typer.Exit(code)


@app.command("check-config")
def check_config(
    file: Annotated[Path | None, typer.Argument(help="The file to check, where --config names none.")] = None,
    config: ConfigurationFile = DEFAULT,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema for editors instead.")] = False,
) -> None:
    """Check a configuration: all problems at once, with their lines."""
    from daemon.configuration.json_schema import office_schema_text  # noqa: PLC0415

    if schema:
        sys.stdout.write(office_schema_text())
        raise typer.Exit(OK)
    configuration = _loaded(config := file or config)
    own = f"packs: {len(configuration.packs)}, policies of your own: {len(configuration.policies)}"
    _out.print(f"{config}: fine. Zones: {len(configuration.zones)}, devices: {len(configuration.devices)}, {own}.")


@app.command()
def devices(config: ConfigurationFile = DEFAULT) -> None:
    """List the configured devices: heard when, saying what, silent, or never heard (`officed discover` finds the others)."""
    from daemon.command_line.listing import devices_table, kept_state  # noqa: PLC0415

    configuration = _loaded(config)
    state, now = kept_state(configuration)
    if state is None:
        _out.print("officed has not run with this configuration yet: nothing was heard.")
        raise typer.Exit(OK)
    _out.print(devices_table(state, now))


@app.command()
def simulate(
    days: Annotated[int, typer.Option(min=1, max=800, help="How many days to live through.")] = 1,
    count: Annotated[
        int, typer.Option("--devices", min=0, max=10_000, help="How many devices; 0: the demo's office.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, another office.")] = 1,
    start: Annotated[str, typer.Option(help="First day, as 2026-07-13.")] = "2026-07-13",
    faults: Annotated[bool, typer.Option(help="With the faults of an ordinary week.")] = True,
    left_alone: Annotated[bool, typer.Option(help="Live once more, only watching: what was really avoided.")] = False,
) -> None:
    """Run a virtual office through the real engine as fast as it goes; print the truth beside what officed found."""
    from daemon.simulation.simulate import simulate as run_simulation  # noqa: PLC0415

    try:
        report = run_simulation(
            days=days, devices=count, seed=seed, start=start, faults=faults, left_alone=left_alone, console=_err
        )
    except ValueError as trouble:
        _give_up(str(trouble), MISUSE)
    _out.print(report)


letters = typer.Typer(help="Points that the database refused: list, replay, delete.", no_args_is_help=True)
app.add_typer(letters, name="dead-letters")

Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers from the list.", show_default=False)]
EveryOne = Annotated[bool, typer.Option("--all", help="All of them.")]


@letters.command("list")
def list_dead_letters(
    config: ConfigurationFile = DEFAULT,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many to show.")] = 20,
) -> None:
    """Show what the database refused, when and why, oldest first."""
    with _dead_letters(config) as box:
        box.show(limit)


@letters.command("replay")
def replay_dead_letters(numbers: Numbers = None, every: EveryOne = False, config: ConfigurationFile = DEFAULT) -> None:
    """Send them again: after the cause is mended. Works while officed runs."""
    with _dead_letters(config) as box:
        box.replay(_chosen(numbers, every=every))


@letters.command("delete")
def delete_dead_letters(numbers: Numbers = None, every: EveryOne = False, config: ConfigurationFile = DEFAULT) -> None:
    """Throw them away for good."""
    with _dead_letters(config) as box:
        box.delete(_chosen(numbers, every=every))


@app.command("print-agent", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def print_agent(context: typer.Context) -> None:
    """Tell officed what a print server printed; runs beside the print server (docs/printing.md; `-- --help`)."""
    from daemon.print_agent.__main__ import main as run_agent  # noqa: PLC0415  what it needs, it alone needs

    raise typer.Exit(run_agent(context.args))


@app.command("init-influxdb")
def init_influxdb(
    url: Annotated[str, typer.Argument(help="Address of an InfluxDB 2, such as http://localhost:8086.")],
    admin_token_file: Annotated[
        Path | None, typer.Option(help="File with the administrator's token; else OFFICED_INFLUXDB_ADMIN_TOKEN.")
    ] = None,
    org: Annotated[str, typer.Option(help="Organisation.")] = "office",
    bucket: Annotated[str, typer.Option(help="Bucket.")] = "officed",
    retention: Annotated[str, typer.Option(help="How long points are kept, such as 400d; `forever`.")] = "400d",
    secrets: Annotated[Path, typer.Option(help="Directory for the two token files.")] = Path("secrets"),
) -> None:
    """Prepare an InfluxDB 2 that exists: organisation, bucket, a token for officed, one that only reads for Grafana."""
    from daemon.command_line.influxdb_setup import InfluxdbSetup, InfluxdbUnavailable, administrator, kept_for  # noqa: PLC0415

    try:
        token = administrator(admin_token_file, os.environ)
        InfluxdbSetup(url, token, _say).run(org, bucket, kept_for(retention), secrets)
    except ValueError as trouble:
        _give_up(str(trouble), MISUSE)
    except InfluxdbUnavailable as trouble:
        _give_up(str(trouble))


app.command()(discover)
app.command()(init)
for _command in (explain, lint, verify_audit, backtest, promote, report):
    app.command()(_command)


def main() -> None:
    """The entry point of the console script and of `python -m daemon`."""
    app()


def _loaded(path: Path) -> "Configuration":
    from daemon.configuration.load import load  # noqa: PLC0415
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415

    try:
        return load(path)
    except ConfigError as error:
        _give_up(str(error), MISUSE)


@contextmanager
def _dead_letters(config: Path) -> "Iterator[DeadLetterBox]":
    from daemon.command_line.dead_letters import DeadLetterBox, opened  # noqa: PLC0415  --help does not pay for it
    from daemon.errors import StoreUnavailable  # noqa: PLC0415

    try:
        journal = opened(_loaded(config), _say)
        if journal is None:
            _out.print("officed has not run with this configuration yet: there is no journal.")
            raise typer.Exit(OK)
        try:
            yield DeadLetterBox(journal, _say)
        finally:
            journal.close()
    except StoreUnavailable as trouble:
        _give_up(str(trouble))


def _chosen(numbers: list[int] | None, *, every: bool) -> list[int] | None:
    """The rows that are meant; None for all."""
    if bool(numbers) == every:
        _give_up("give the numbers from `officed dead-letters list`, or --all", MISUSE)
    return numbers or None


def _say(text: str) -> None:
    _out.print(text, markup=False)


def _give_up(text: str, code: int = TROUBLE) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(code)
