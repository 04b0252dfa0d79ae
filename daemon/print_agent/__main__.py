"""`officed-print-agent`, the same as `officed print-agent` and `python -m daemon.print_agent`, without the rest of officed.

Exit codes: 0 done, 1 something outside failed, 2 the command or the settings are wrong.
"""

import argparse
import logging
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from daemon.print_agent.agent import Agent
from daemon.print_agent.page_log import RECOMMENDED
from daemon.print_agent.settings import Settings, SettingsError, read

OK, TROUBLE, MISUSE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    words = argparse.ArgumentParser("officed-print-agent", description="Tells officed what was printed.")
    words.add_argument("--settings", "-s", type=Path, default=Path("print-agent.toml"), help="the agent's settings")
    words.add_argument("--once", action="store_true", help="look once, tell, and end")
    words.add_argument("--page-log-format", action="store_true", help="print the line for cupsd.conf, and end")
    words.add_argument(
        "--papercut", type=Path, nargs="+", metavar="CSV", help="tell PaperCut Print Logger files, and end"
    )
    words.add_argument(
        "--windows", type=Path, nargs="+", metavar="XML", help="tell Windows events 307 and 805, and end"
    )
    words.add_argument("--timezone", default="", help="of the PaperCut files, as Asia/Shanghai")
    words.add_argument("--verbose", "-v", action="store_true")
    asked = words.parse_args(arguments)
    if asked.page_log_format:
        sys.stdout.write(f"PageLogFormat {RECOMMENDED}\n")
        return OK
    logging.basicConfig(level=logging.DEBUG if asked.verbose else logging.INFO, format="%(levelname)s %(message)s")
    try:
        return run(read(asked.settings), asked)
    except (SettingsError, ValueError) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return MISUSE
    except (OSError, sqlite3.Error) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return TROUBLE


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Run until a signal, or do the one thing that was asked."""
    agent = Agent(settings)
    if asked.papercut or asked.windows:
        return OK if agent.tell_files(asked.papercut or [], asked.windows or [], asked.timezone) else TROUBLE
    if asked.once:
        return OK if agent.once() else TROUBLE
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.stop())
    agent.run()
    return OK


def run_and_exit() -> None:
    """The entry point of the console script."""
    sys.exit(main())


if __name__ == "__main__":
    run_and_exit()
