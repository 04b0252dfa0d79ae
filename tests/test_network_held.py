"""What says nothing new, held back from commit and acknowledgement, against a real broker that allows few unanswered messages."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from network_site import Device, Site, lasting, numbers, until
from real_mosquitto import Mosquitto, needs_mosquitto

pytestmark = [pytest.mark.real, needs_mosquitto]

__all__ = ["lasting"]


@pytest.mark.parametrize("window", [1, 10, 20, 1000])
@pytest.mark.parametrize("delay_ms", [0, 20])
def test_a_small_window_never_stalls_what_is_held(tmp_path: Path, window: int, delay_ms: int) -> None:
    with (
        Mosquitto(tmp_path / "broker", [f"max_inflight_messages {window}", "max_queued_messages 100000"]) as broker,
        Site(broker, is_calm=lambda _: True, max_ingest_delay=timedelta(milliseconds=delay_ms)) as site,
        Device(broker) as device,
    ):
        device.say("office/a", *numbers(1000))
        until(lambda: len(site.messages) == 1000)
        for number in numbers(60, 1000):
            device.say("office/a", number)
            time.sleep(0.004)
        until(lambda: len(site.messages) == 1060)
        until(lambda: site.network.counters.acks >= 1060)
        assert site.payloads() == numbers(1060)
        assert len(site.journal.rows) == site.network.counters.batches


def test_what_is_held_when_we_leave_comes_again_and_is_stored_once(lasting: Mosquitto) -> None:
    with Site(lasting, is_calm=lambda _: True) as site, Device(lasting) as device:
        for number in numbers(50):
            device.say("office/a", number)
    before = site.payloads()
    with Site(lasting, is_calm=lambda _: True) as again:
        until(lambda: len(before) + len(again.messages) >= 50)
    assert before + again.payloads() == numbers(50)
