"""`officed users …`: who may enter the board. The first admin is made here; there is no default password."""

import os
import pwd
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from daemon.accounts.passwords import WeakPassword
from daemon.accounts.users import UsersFile, UsersUnavailable
from daemon.running import MISUSE, TROUBLE


class ScopeName(StrEnum):
    """What a token may do. Typer repeats options of an enumeration, not of a Literal."""

    READ = "read"
    EXTEND = "extend"
    DECIDE = "decide"


app = typer.Typer(name="users", help="Logins and API tokens of the board.", no_args_is_help=True)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

Config = Annotated[
    Path, typer.Option("--config", "-c", help="The office's configuration.", envvar="OFFICED_CONFIG", show_default=True)
]
Name = Annotated[str, typer.Argument(help="The login.")]
RoleName = Annotated[
    Literal["viewer", "operator", "admin"],
    typer.Option(
        "--role", help="viewer: reads, extends, contests; operator: decides on cases and days; admin: on rules."
    ),
]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="A file with the password; else it is asked for.")
]
DEFAULT = Path("office.yaml")


@app.command()
def add(name: Name, role: RoleName = "viewer", password_file: PasswordFile = None, config: Config = DEFAULT) -> None:
    """Give somebody a login."""
    users = _file(config)
    with _said():
        users.read()
        users.add(name, role, _password(password_file), datetime.now(UTC))
    _out.print(f"{name} may log in as {role}.", markup=False)


@app.command("list")
def list_users(config: Config = DEFAULT) -> None:
    """Everybody with a login, and every token."""
    with _said():
        users = _file(config).read()
    if not users.users and not users.tokens:
        _out.print("Nobody has an account yet; `officed users add NAME --role admin` makes the first one.")
        return
    table = Table("name", "role", "since", "what", box=None)
    for user in users.users.values():
        table.add_row(user.name, user.role, f"{user.created_at:%Y-%m-%d}", "login")
    for token in users.tokens.values():
        table.add_row(token.name, token.role, f"{token.created_at:%Y-%m-%d}", f"token: {' '.join(token.scopes)}")
    _out.print(table)


@app.command()
def remove(name: Name, config: Config = DEFAULT) -> None:
    """Take a login away; its sessions end at once."""
    with _said():
        _file(config).remove(name, datetime.now(UTC))
    _out.print(f"{name} may not log in any more.", markup=False)


@app.command()
def role(
    name: Name,
    role: Annotated[Literal["viewer", "operator", "admin"], typer.Argument(help="The new role.")],
    config: Config = DEFAULT,
) -> None:
    """Give a login another role; it holds from the next click."""
    with _said():
        _file(config).change_role(name, role, datetime.now(UTC))
    _out.print(f"{name} is {role} from now on.", markup=False)


@app.command()
def password(name: Name, password_file: PasswordFile = None, config: Config = DEFAULT) -> None:
    """Change a password; all sessions of the old one end."""
    users = _file(config)
    with _said():
        users.change_password(name, _password(password_file), datetime.now(UTC))
    _out.print(f"{name} has a new password.", markup=False)


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[list[ScopeName] | None, typer.Option("--scope", help="What it may do; repeatable.")] = None,
    role: RoleName = "viewer",
    remove_it: Annotated[bool, typer.Option("--remove", help="Take the token away.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Make an API token and print it once; only its hash is kept."""
    users = _file(config)
    with _said():
        if remove_it:
            users.remove_token(name, datetime.now(UTC))
            return
        _out.print(
            users.add_token(name, tuple(one.value for one in scope or [ScopeName.READ]), role, datetime.now(UTC)),
            markup=False,
        )


class _said:  # noqa: N801  reads as a sentence: with _said()
    """Turns what cannot be done into one sentence and an exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, WeakPassword):
            _give_up(str(error), MISUSE)
        if isinstance(error, UsersUnavailable):
            _give_up(str(error), TROUBLE)


def _file(config: Path) -> UsersFile:
    from daemon.configuration.load import users_file  # noqa: PLC0415  --help does not pay for it
    from daemon.configuration.problem import ConfigError  # noqa: PLC0415

    try:
        return UsersFile(users_file(config), by=_me())
    except ConfigError as error:
        _give_up(str(error), MISUSE)


def _me() -> str:
    """The person at the machine, as the operating system knows them; behind `sudo` who it was before."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError):
            _give_up(f"{file}: the password cannot be read", TROUBLE)
    if not sys.stdin.isatty():
        _give_up("there is no terminal to ask for a password; use --password-file", MISUSE)
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _give_up(text: str, code: int) -> NoReturn:
    _err.print(text, markup=False)
    raise typer.Exit(code)
