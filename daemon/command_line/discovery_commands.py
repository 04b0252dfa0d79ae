"""The commands for the first day: `officed init` asks, `officed discover` listens. Both print what can be pasted or kept."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from daemon.running import MISUSE, TROUBLE

if TYPE_CHECKING:
    from daemon.configuration.schema import Configuration
    from daemon.discovery.listening import Broker

_err = Console(stderr=True, highlight=False, soft_wrap=True)
_OFFICE = Path("office.yaml")


def discover(
    seconds: Annotated[float, typer.Option(min=0.2, max=3600, help="How long to listen.")] = 60.0,
    config: Annotated[
        Path,
        typer.Option("--config", "-c", help="Names the broker, and what is known already.", envvar="OFFICED_CONFIG"),
    ] = _OFFICE,
    host: Annotated[str, typer.Option(help="A broker, where there is no configuration yet.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its port.")] = 1883,
) -> None:
    """Listen to the broker and write down, ready to paste, the devices that office.yaml does not have yet."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415  slow to import

    from daemon.discovery.discover import discover as run  # noqa: PLC0415  as above
    from daemon.discovery.listening import BrokerSilent  # noqa: PLC0415  as above

    configuration, broker = _where(config, host, port)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=_err, transient=True) as shown:
            task = shown.add_task(f"Listening to {broker.host}:{broker.port}", total=seconds)
            text = run(broker, configuration, seconds, lambda gone: shown.update(task, completed=gone))
    except BrokerSilent as trouble:
        _give_up(str(trouble), TROUBLE)
    sys.stdout.write(text)


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = _OFFICE,
    name: Annotated[str, typer.Option(prompt="Name of the office")] = "Our office",
    timezone: Annotated[
        str, typer.Option(prompt="Time zone, such as Asia/Shanghai or Europe/Berlin")
    ] = "Asia/Shanghai",
    country: Annotated[str, typer.Option(prompt="Country for public holidays, two letters (CN, DE); empty: none")] = "",
    broker: Annotated[str, typer.Option(prompt="MQTT broker, host or host:port")] = "localhost",
    username: Annotated[str, typer.Option(prompt="User at the broker; empty: none")] = "",
    zones: Annotated[str, typer.Option(prompt="Rooms or areas, with commas between")] = "Office",
) -> None:
    """Ask the few things nobody can guess and write a commented office.yaml."""
    from daemon.command_line.questions import Answers, office_yaml  # noqa: PLC0415  as above
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415  half a second that --help does not pay

    if file.exists():
        _give_up(f"{file} exists already; nothing was changed. Move it away, or name another file.", MISUSE)
    rooms = [one.strip() for one in zones.replace("，", ",").split(",") if one.strip()]
    answers = Answers(name.strip(), timezone.strip(), broker.strip(), rooms, username.strip(), country.strip().upper())
    try:
        text = office_yaml(answers, file.resolve().parent)
    except ConfigError as error:
        _give_up(f"these answers do not fit; nothing was written:\n{error}", MISUSE)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as trouble:
        _give_up(f"{file} cannot be written: {trouble.strerror}", TROUBLE)
    _err.print(f"{file} is written. Next: officed discover -c {file}, then officed check-config {file}.")


def _where(config: Path, host: str, port: int) -> "tuple[Configuration | None, Broker]":
    from daemon.configuration.load import load  # noqa: PLC0415  half a second that --help does not pay
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415  as above
    from daemon.discovery.discover import broker_of  # noqa: PLC0415  as above
    from daemon.discovery.listening import Broker  # noqa: PLC0415  as above

    if host and not config.exists():
        return None, Broker(host, port)
    try:
        configuration = load(config)
        return configuration, Broker(host, port) if host else broker_of(configuration, os.environ)
    except ConfigError as error:
        advice = "" if config.exists() else "\nor name the broker: officed discover --host broker.example.org"
        _give_up(f"{error}{advice}", MISUSE)


def _give_up(text: str, code: int) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(code)
