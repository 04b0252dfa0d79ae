"""A small broker for the demo alone, on the loopback address, in a thread of its own."""

import asyncio
import threading

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig

START_SECONDS = 10.0


class DemoBroker:
    """amqtt on a free port. `start` returns when it listens; raises OSError when it cannot."""

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._broker: Broker | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="demo-broker", daemon=True)

    def start(self, port: int) -> None:
        """Listen on 127.0.0.1:`port`."""
        self.port = port
        self._thread.start()
        if not self._ready.wait(START_SECONDS) or self._failed is not None:
            raise OSError(f"the demo's broker did not start: {self._failed or 'no answer'}")

    def stop(self) -> None:
        """Close all connections and end the thread."""
        if self._broker is not None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._broker.shutdown(), self._loop).result(2)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as trouble:  # noqa: BLE001  told to the thread that waits for the start
            self._failed = trouble
            self._ready.set()
            return
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self) -> None:
        config = BrokerConfig(
            listeners={"default": ListenerConfig(bind=f"127.0.0.1:{self.port}", max_connections=50)},
            plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        )
        self._broker = Broker(config, loop=self._loop)
        await self._broker.start()
