"""What the engine was handed, as the inputs of a step; and what of it needs writing down, in the ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from daemon.engine.gathering import decoded
from daemon.engine.inbox import HearRequest, Item, Reconfigured, Remark, Stop
from daemon.engine.kept_office import KeptOffice
from daemon.engine.records import Ledger
from daemon.engine.speaking import Speaker
from daemon.mqtt.batch import Batch, Decoded
from policies.inputs import Input, Readings, Tick
from policies.office.office import Office
from sensors.readings import AnyReading
from sensors.registry import Registry

TICK = timedelta(seconds=30)


class Intake:
    """For whoever thinks. Messages on `requests_topic` are what people ask for, as `requests` understands them."""

    def __init__(
        self, registry: Registry, ledger: Ledger, kept_office: KeptOffice, speaker: Speaker, now: datetime
    ) -> None:
        self.registry = registry
        self.requests_topic = ""
        self.requests: HearRequest = lambda *_: ()
        self.tick_at = now
        self._ledger = ledger
        self._kept_office = kept_office
        self._speaker = speaker

    def inputs(self, items: Sequence[Item], office: Office, now: datetime, since: float) -> list[Input]:
        """Of these items, the first of which came at `since` (monotonic seconds)."""
        inputs: list[Input] = []
        readings: list[AnyReading] = []
        for item in items:
            if isinstance(item, Batch | Decoded):
                batch, said = decoded(item, self.registry.decode_all)
                readings += said
                for message in batch.messages if self.requests_topic else ():
                    if message.topic == self.requests_topic:
                        inputs += self.requests(message, office, now)
                self._ledger.use(batch.row, since=since)
                self._kept_office.uses(len(batch.messages))
            elif isinstance(item, Reconfigured):
                self._take_readings(readings, inputs, since)
                readings = []
                self._reconfigure(item)
                inputs.append(item.configured)
            elif isinstance(item, Remark):
                self._ledger.remark(item)
            elif not isinstance(item, Stop):
                inputs.append(item)
        self._take_readings(readings, inputs, since)
        if now >= self.tick_at or now < self.tick_at - 2 * TICK:
            self.tick_at = now + TICK
            inputs.append(Tick())
        return inputs

    def _take_readings(self, readings: list[AnyReading], inputs: list[Input], since: float) -> None:
        if readings:
            self._ledger.hear(readings, since=since)
            inputs.append(Readings(readings))

    def _reconfigure(self, item: Reconfigured) -> None:
        """What came before is known in the old words; what comes after, in the new ones."""
        self._ledger.configure(item.configured.site)
        self._ledger.remark(item.remark)
        if item.registry is not None:
            self.registry = item.registry
            self._speaker.learn_anew(item.registry)
