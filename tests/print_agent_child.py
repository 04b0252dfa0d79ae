"""The print agent in a process that ends itself at a named point; started by tests, not a test.

Arguments: the agent's settings, the point.
"""

import os
import sys
from pathlib import Path

from daemon.print_agent.agent import Agent
from daemon.print_agent.ledger import CrashPoint
from daemon.print_agent.settings import read


def main(settings: str, point: str) -> None:
    """As `officed print-agent` runs, up to the first pass of the point."""

    def crash(reached: CrashPoint) -> None:
        if reached == point:
            os._exit(9)

    Agent(read(Path(settings)), crash).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
