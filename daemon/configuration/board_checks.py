"""What the board needs before the network may see it: somebody who can log in; and a floor plan that can be shown."""

from collections.abc import Collection, Iterator

from daemon.accounts.users import UsersFile, UsersUnavailable
from daemon.configuration.connection_entries import BoardEntry
from daemon.configuration.device_checks import Complaint
from daemon.configuration.oidc_entry import OidcEntry
from dashboards.board.floor_plan import MOST_BYTES, FloorPlan, FloorPlanError, read


def check_board(board: BoardEntry, zones: Collection[str], *, has_oidc: bool = False) -> Iterator[Complaint]:
    """Every problem with who may see the board, and with its drawing. Reads the file of users, and the floor plan.

    `has_oidc`: people can log in without an account here.
    """
    try:
        floor_plan(board, zones)
    except FloorPlanError as trouble:
        yield ("board", "floor_plan"), str(trouble)
    try:
        users = UsersFile(board.users_file).read().users
    except UsersUnavailable as trouble:
        yield ("board", "users_file"), str(trouble)
        return
    if not users and not has_oidc and not board.is_loopback:
        yield (
            ("board", "bind"),
            "would show the board to the network, and nobody has an account yet; make one with `officed users add`",
        )


def check_oidc(oidc: OidcEntry | None, board: BoardEntry) -> Iterator[Complaint]:
    """The provider sends people back to an address, so there has to be one."""
    if oidc is not None and board.address is None:
        yield ("oidc",), "needs board.address, the address that the provider sends people back to"
    if oidc is not None and board.open:
        yield ("oidc",), "is not used where board.open lets everybody in; keep one of the two"


def floor_plan(board: BoardEntry, zones: Collection[str]) -> FloorPlan | None:
    """The office's own drawing, made safe. None: there is none. Raises FloorPlanError."""
    if board.floor_plan is None:
        return None
    try:
        with board.floor_plan.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise FloorPlanError(f"cannot be read: {(error.strerror or 'unknown').lower()}") from error
    return read(data, frozenset(zones))
