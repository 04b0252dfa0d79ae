"""The whole daemon with a maker of reports: last month's comes by itself, by real mail, and stands on its board."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from mail_server import MailServer, mail_server
from real_mosquitto import Mosquitto, free_port, mosquitto, needs_mosquitto
from report_site import FakeMaker
from running_office import EMBEDDED, HEAD, wait_for

from daemon.bootstrap import assemble
from daemon.configuration.load import parse
from daemon.reports.due import MonthOf

__all__ = ["mosquitto"]
pytestmark = [pytest.mark.real, needs_mosquitto]

REST = """
zones: {{room: {{names: Room, hours: {{mon-fri: "08:30-18:00"}}}}}}
reports:
  day: 1
  time: "00:00"
  mail: {{server: "127.0.0.1:{port}", security: none, sender: officed@example.org}}
  readers: [{{to: [energy@example.org], formats: [pdf], languages: [en, zh_CN]}}]
"""


def test_last_months_report_is_made_mailed_and_shown_and_not_again_after_a_restart(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    local = datetime.now(UTC) + timedelta(hours=8)
    month = MonthOf(local.year, local.month).before
    maker = FakeMaker({month: 100.0})
    with mail_server() as server:
        rest = REST.format(port=server.port)
        run(tmp_path, mosquitto, rest, maker, month, server)
        run(tmp_path, mosquitto, rest, maker, month, server)
    (letter,) = server.taken
    assert {part.get_filename() for part in letter.walk() if part.get_filename()} == {
        f"test-{month}-{code}.pdf" for code in ("en", "zh_CN")
    }
    assert maker.made == [(month, 0)]


def run(folder: Path, broker: Mosquitto, rest: str, maker: FakeMaker, month: MonthOf, server: MailServer) -> None:
    text = HEAD.format(broker=broker.port, board=free_port(), store=EMBEDDED) + rest
    daemon = assemble(parse(text, file="office.yaml", directory=folder), {}, maker=maker)
    daemon.start()
    try:
        wait_for(lambda: server.taken, "the letter")
        wait_for(lambda: f"<h2>{month}</h2>" in shown(daemon.web.address), "the report on the board")
        wait_for(lambda: "energy@example.org" in shown(daemon.web.address), "its reader")
    finally:
        assert daemon.stop()


def shown(address: str) -> str:
    return httpx.get(f"{address}/reports", trust_env=False, headers={"Accept-Language": "en"}).text
