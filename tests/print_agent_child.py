"""The print agent in a process that ends itself at a named point, or that is nobody; started by tests, not a test.

Arguments: the agent's settings, the point; with `nobody` instead of a point, and a group, it runs as that user, for good.
"""

import encodings.idna  # noqa: F401  what a name is looked up with; see become_nobody
import grp
import os
import pwd
import sys
from pathlib import Path

from daemon.print_agent.agent import Agent
from daemon.print_agent.ledger import CrashPoint
from daemon.print_agent.settings import read


def main(settings: str, point: str, group: str = "") -> None:
    """As `officed print-agent` runs, up to the first pass of the point."""
    if point == "nobody":
        become_nobody(group)

    def crash(reached: CrashPoint) -> None:
        if reached == point:
            os._exit(9)

    Agent(read(Path(settings)), crash).run()


def become_nobody(group: str) -> None:
    """All modules are read by now: an unprivileged user may not be able to reach the interpreter's folder."""
    os.setgroups([grp.getgrnam(group).gr_gid])
    os.setgid(grp.getgrnam("nogroup").gr_gid)
    os.setuid(pwd.getpwnam("nobody").pw_uid)


if __name__ == "__main__":
    main(*sys.argv[1:])
