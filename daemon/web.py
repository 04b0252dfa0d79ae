"""The web server in a thread of its own: it starts, says where it is, and stops within the time it is given."""

import logging
import socket
import threading
from collections.abc import Callable
from time import monotonic, sleep

import uvicorn
from starlette.types import ASGIApp

logger = logging.getLogger(__name__)
_GRACE_SECONDS = 1


class WebUnavailable(Exception):  # noqa: N818  named after what is the case, like its neighbours in errors.py
    """The address cannot be listened on (in use, not ours, forbidden); the message is one line for a person."""


class Web:
    """`app` on `host`:`port`; port 0 takes a free one. `before_stop` ends what would hold the server open (streams)."""

    def __init__(self, app: ASGIApp, host: str, port: int, before_stop: Callable[[], None] = lambda: None) -> None:
        self._host, self._port = host, port
        self._before_stop = before_stop
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        """`http://host:port`, once started, as a person would type it."""
        host = "127.0.0.1" if self._host in {"0.0.0.0", "::", ""} else self._host  # noqa: S104  shown, not listened on
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def start(self, timeout: float = 10.0) -> None:
        """Listen and serve. Returns when requests are answered. Raises WebUnavailable."""
        self._socket = _listen(self._host, self._port)
        self._port = self._socket.getsockname()[1]
        sockets = [self._socket]
        self._thread = threading.Thread(target=self._server.run, args=(sockets,), name="web", daemon=True)
        self._thread.start()
        give_up_at = monotonic() + timeout
        while not self._server.started:
            if not self._thread.is_alive() or monotonic() > give_up_at:
                self.stop()
                raise WebUnavailable(f"the board at {self.address} did not start; the log says why")
            sleep(0.01)
        logger.info("board: %s", self.address)

    def stop(self, timeout: float = 3.0) -> None:
        """Stop serving; open streams are ended. Returns when it is done, or after `timeout` seconds. Twice is fine."""
        self._before_stop()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                self._server.force_exit = True
                logger.warning("board: still busy after %.0f s, left behind", timeout)
        if self._socket is not None:
            self._socket.close()


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals belong to the main thread."""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = "the port is in use" if error.errno == 98 else str(error.strerror or error)  # noqa: PLR2004  EADDRINUSE
        raise WebUnavailable(
            f"cannot serve the board on {host}:{port}: {reason}; choose another with board.bind or --port"
        ) from error
    listener.set_inheritable(False)
    return listener
