"""office.yaml from disk to a valid Configuration, or to all that is wrong with it at once."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from pydantic import ValidationError

from daemon.configuration.board_checks import check_board, check_oidc
from daemon.configuration.device_checks import Complaint, check_devices
from daemon.configuration.document import Document, read_document
from daemon.configuration.draft import Draft, draft_of
from daemon.configuration.energy_checks import check_energy
from daemon.configuration.notice_checks import check_notices
from daemon.configuration.policy_checks import check_overrides, check_policies
from daemon.configuration.problem import ConfigError, Problem
from daemon.configuration.schema import Configuration
from daemon.configuration.wording import MAX_PROBLEMS, problem_at, problems_of

MAX_BYTES = 4 * 2**20


def load(path: Path) -> Configuration:
    """Read and check a configuration. Raises ConfigError, and nothing else, whatever the file holds.

    Secrets are not read: only their places are known here. Relative paths become absolute, from the folder of the file.
    """
    return parse(_text(path), file=str(path), directory=path.resolve().parent)


def parse(text: str, *, file: str, directory: Path) -> Configuration:
    """The same for text that is already there; `file` is what the problems call it. Raises ConfigError."""
    document = read_document(text, file)
    problems = list(document.problems)
    configuration: Configuration | None = None
    try:
        configuration = Configuration.model_validate(document.root, context={"directory": directory})
    except ValidationError as error:
        problems += problems_of(error, document)
    draft = draft_of(document, configuration)
    board, oidc = _board(configuration)
    energy = () if configuration is None else check_energy(configuration)
    notices = () if configuration is None else check_notices(configuration.notices, draft.zones)
    complaints = chain(
        check_devices(draft), check_policies(draft), _calendar(draft), _storage(document), board, oidc, energy, notices
    )
    problems += [problem_at(document, where, what) for where, what in islice(complaints, MAX_PROBLEMS + 1)]
    problems += islice(check_overrides(draft, document), MAX_PROBLEMS + 1)
    if problems or configuration is None:
        raise ConfigError(_first(problems))
    return configuration


def users_file(path: Path) -> Path:
    """Where the accounts of this configuration are kept, although nobody may have one yet. Raises ConfigError."""
    try:
        return load(path).board.users_file
    except ConfigError as error:
        if [problem.path for problem in error.problems] != ["board.bind"]:
            raise
    document = read_document(_text(path), str(path))
    board = document.root.get("board")
    named = board.get("users_file") if isinstance(board, dict) else None
    return path.resolve().parent / (named if isinstance(named, str) else "var/users.json")


def _first(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    kept = sorted(problems)[:MAX_PROBLEMS]
    return [*kept, Problem(kept[-1].file, kept[-1].line, "", "there are more problems after these; mend these first")]


def _text(path: Path) -> str:
    file = str(path)
    try:
        if path.is_dir():
            raise _refusal(file, 1, "is a folder; name the file, such as office.yaml")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal(file, 1, "there is no such file; make one from office.example.yaml") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name is not possible"
        raise _refusal(file, 1, f"cannot be read: {reason.lower()}") from None
    if len(raw) > MAX_BYTES:
        raise _refusal(file, 1, f"is larger than {MAX_BYTES // 2**20} MiB; no office needs that")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(file, line, "is not UTF-8 text; save the file with the encoding UTF-8") from None


def _board(configuration: Configuration | None) -> tuple[Iterable[Complaint], Iterable[Complaint]]:
    if configuration is None:
        return (), ()
    board, oidc = configuration.board, configuration.oidc
    return check_board(board, configuration.zones, has_oidc=oidc is not None), check_oidc(oidc, board)


def _calendar(draft: Draft) -> Iterator[Complaint]:
    if draft.calendar is None:
        return
    for index, day in enumerate(draft.calendar.open_days):
        if day in draft.calendar.closed_days:
            yield ("calendar", "open_days", index), "is in closed_days as well; keep one of the two"


def _storage(document: Document) -> Iterator[Complaint]:
    if document.root.get("influxdb") is not None and document.root.get("store") is not None:
        yield ("store",), "is not used where there is influxdb; keep one of the two"


def _refusal(file: str, line: int, what: str) -> ConfigError:
    return ConfigError([Problem(file, line, "", what)])
