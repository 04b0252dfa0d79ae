"""What the board needs before the network may see it: somebody who can log in."""

from collections.abc import Iterator

from daemon.accounts.users import UsersFile, UsersUnavailable
from daemon.configuration.connection_entries import BoardEntry
from daemon.configuration.device_checks import Complaint


def check_board(board: BoardEntry) -> Iterator[Complaint]:
    """Every problem with who may see the board. Reads the file of users."""
    try:
        users = UsersFile(board.users_file).read().users
    except UsersUnavailable as trouble:
        yield ("board", "users_file"), str(trouble)
        return
    if not users and not board.is_loopback:
        yield (
            ("board", "bind"),
            "would show the board to the network, and nobody has an account yet; make one with `officed users add`",
        )
