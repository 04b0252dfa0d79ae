"""The command line: what a person can ask for. Each command is a few lines; the work is elsewhere.

Exit codes: 0 done, 1 something outside failed, 2 the command or the configuration is wrong.
"""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from daemon.running import MISUSE, OK, TROUBLE, log_to_terminal

if TYPE_CHECKING:
    from daemon.configuration.schema import Configuration

app = typer.Typer(
    name="officed",
    help="Hears an office's thermostats, plugs and printers, holds them to its energy rules, and proves what it did.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigurationFile = Annotated[
    Path, typer.Option("--config", "-c", help="The office's configuration.", envvar="OFFICED_CONFIG", show_default=True)
]
DEFAULT = Path("office.yaml")


@app.command()
def run(
    config: ConfigurationFile = DEFAULT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail.")] = False,
) -> None:
    """Run the daemon: listen, judge, correct, prove, store, show."""
    from daemon.bootstrap import assemble  # noqa: PLC0415  half a second that --help does not pay
    from daemon.running import run as run_daemon  # noqa: PLC0415
    from daemon.web import WebUnavailable  # noqa: PLC0415

    log_to_terminal(logging.DEBUG if verbose else logging.INFO)
    configuration = _loaded(config)
    try:
        code = run_daemon(assemble(configuration, os.environ), _out.print)
    except WebUnavailable as trouble:
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
    config: Annotated[Path, typer.Argument(help="The file to check.")] = DEFAULT,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema for editors instead.")] = False,
) -> None:
    """Check a configuration: all problems at once, with their lines."""
    from daemon.configuration.json_schema import office_schema_text  # noqa: PLC0415

    if schema:
        sys.stdout.write(office_schema_text())
        raise typer.Exit(OK)
    configuration = _loaded(config)
    _out.print(
        f"{config}: fine. {len(configuration.zones)} zones, {len(configuration.devices)} devices, "
        f"{len(configuration.packs)} packs, {len(configuration.policies)} policies of your own."
    )


@app.command()
def devices(config: ConfigurationFile = DEFAULT) -> None:
    """List the configured devices: heard when, saying what, silent or never heard; and who else was heard."""
    from daemon.listing import devices_table, kept_state  # noqa: PLC0415

    configuration = _loaded(config)
    state, now = kept_state(configuration)
    if state is None:
        _out.print("officed has not run with this configuration yet: nothing was heard.")
        raise typer.Exit(OK)
    _out.print(devices_table(state, now))


@app.command()
def simulate(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to live through.")] = 1,
    count: Annotated[
        int, typer.Option("--devices", min=0, max=10_000, help="How many devices; 0: the demo's office.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, another office.")] = 1,
    start: Annotated[str, typer.Option(help="First day, as 2026-07-13.")] = "2026-07-13",
    faults: Annotated[bool, typer.Option(help="With the faults of an ordinary week.")] = True,
) -> None:
    """Run a virtual office through the real engine as fast as it goes; print the truth beside what officed found."""
    from daemon.simulation.simulate import simulate as run_simulation  # noqa: PLC0415

    try:
        report = run_simulation(days=days, devices=count, seed=seed, start=start, faults=faults, console=_err)
    except ValueError as trouble:
        _give_up(str(trouble), MISUSE)
    _out.print(report)


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


def _give_up(text: str, code: int = TROUBLE) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(code)
