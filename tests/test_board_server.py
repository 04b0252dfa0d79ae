"""The server starts on a free port, says in one line when it cannot, and stops quickly under open streams."""

from time import monotonic

import httpx
import pytest
from painted import Painted, busy_state

from daemon.web import Web, WebUnavailable
from dashboards.board.app import board


def started(port: int = 0) -> Web:
    app = board(Painted(busy_state()))
    web = Web(app, "127.0.0.1", port, app.state.live.close)
    web.start()
    return web


def test_it_serves_once_start_returns_and_not_after_stop() -> None:
    web = started()
    assert httpx.get(web.address, trust_env=False).status_code == 200
    web.stop()
    with pytest.raises(httpx.TransportError):
        httpx.get(web.address, trust_env=False)
    web.stop()


def test_a_busy_port_is_one_line_for_a_person() -> None:
    web = started()
    port = int(web.address.rpartition(":")[2])
    with pytest.raises(WebUnavailable) as refused:
        started(port)
    assert (
        str(refused.value)
        == f"cannot serve the board on 127.0.0.1:{port}: the port is in use; choose another with board.bind or --port"
    )
    web.stop()


def test_twenty_open_streams_do_not_hold_the_stop(caplog: pytest.LogCaptureFixture) -> None:
    web = started()
    with httpx.Client(base_url=web.address, trust_env=False, limits=httpx.Limits(max_connections=50)) as client:
        streams = [client.stream("GET", "/live") for _ in range(20)]
        answers = [stream.__enter__() for stream in streams]
        assert {answer.headers["content-type"] for answer in answers} == {"text/event-stream; charset=utf-8"}
        began = monotonic()
        web.stop()
        took = monotonic() - began
        for stream in streams:
            stream.__exit__(None, None, None)
    assert took < 2.0
    assert "graceful shutdown exceeded" not in caplog.text
