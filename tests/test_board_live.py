"""The stream says what changed, once, in the same bytes to everybody, and everything after a restart."""

import asyncio
import json

import pytest
from changed import replace as change
from msgspec.structs import replace
from painted import NOW, Painted, ago, busy_state, calm_state, case, cooling, set_too_low

from dashboards.board.channel import Channel
from dashboards.board.live import BEAT, REFRESH_SECONDS, Live
from dashboards.board.page import Found
from dashboards.board.pages.overview import OverviewPage
from dashboards.board.render import Renderer
from dashboards.language.catalogs import languages
from policies.state import State
from sensors.device import DeviceId

FRONT = Found(OverviewPage(), {})


def warmer(state: State) -> State:
    heard = {**state.office.heard, DeviceId("east-ac"): cooling(28.0, 27.7)}
    return change(state, office=change(state.office, heard=heard))


def fragments(message: bytes) -> dict[str, str]:
    data = next(line for line in message.decode().splitlines() if line.startswith("data: "))
    found: dict[str, str] = json.loads(data.removeprefix("data: "))
    return found


def channel(source: Painted, start: str = "a") -> Channel:
    made = Channel(FRONT, Renderer(languages("Asia/Shanghai")["en"]), source, start)
    made.refresh()
    return made


def test_only_the_room_that_changed_is_sent() -> None:
    source = Painted(calm_state())
    here = channel(source)
    before = here.version
    source.step(warmer(calm_state()))
    assert here.refresh()
    assert set(fragments(here.since(before))) == {"room-east"}


def test_a_step_that_changes_nothing_visible_sends_nothing() -> None:
    source = Painted(calm_state())
    here = channel(source)
    before = here.version
    source.step(change(calm_state(), stepped_at=ago(seconds=1)))
    assert not here.refresh()
    assert here.since(before) == b""


def test_every_viewer_gets_the_very_same_bytes() -> None:
    source = Painted(calm_state())
    here = channel(source)
    before = here.version
    source.step(busy_state())
    here.refresh()
    assert here.since(before) is here.since(before)


def test_who_missed_a_change_gets_the_whole_page() -> None:
    source = Painted(calm_state())
    here = channel(source)
    before = here.version
    source.step(warmer(calm_state()))
    here.refresh()
    source.step(calm_state())
    here.refresh()
    assert set(fragments(here.since(before))) == {"top", "body", "clock", "banner"}


def test_after_a_restart_the_number_of_the_old_daemon_means_nothing() -> None:
    old, new = channel(Painted(busy_state()), "a"), channel(Painted(calm_state()), "b")
    assert old.number == new.number
    assert "All 8 rooms keep the rules" in fragments(new.since(old.version))["top"]
    behind = Painted(calm_state())
    next_to_it = channel(behind, "b")
    behind.step(warmer(calm_state()))
    next_to_it.refresh()
    assert next_to_it.number == old.number + 1
    assert "body" in fragments(next_to_it.since(old.version))


def test_a_room_that_comes_or_goes_redraws_the_page() -> None:
    source = Painted(calm_state())
    here = channel(source)
    before = here.version
    site = source.state().office.site
    zones = {key: zone for key, zone in site.zones.items() if key != "archive"}
    devices = {key: device for key, device in site.devices.items() if device.zone != "archive"}
    source.step(
        change(calm_state(), office=change(calm_state().office, site=change(site, zones=zones, devices=devices)))
    )
    assert here.refresh()
    assert "Archive" not in fragments(here.since(before))["body"]


def test_another_time_zone_or_name_is_taken_over() -> None:
    source = Painted(calm_state())
    here = channel(source)
    site = source.state().office.site
    calendar = change(site.calendar, timezone="Europe/Berlin")
    source.step(change(calm_state(), office=change(calm_state().office, site=change(site, calendar=calendar))))
    here.speak(Renderer(languages("Europe/Berlin")["en"]))
    here.refresh()
    assert "As of</span> <time>08:32" in here.clock


def test_a_viewer_hears_a_change_a_beat_and_the_end() -> None:
    source = Painted(calm_state())

    async def watch() -> list[bytes]:
        live = Live(source, "a")
        task = asyncio.create_task(live.run())
        await asyncio.sleep(0)
        stream = live.stream(FRONT, "en", (await live.fresh(FRONT, "en")).version)
        heard = [await anext(stream), await anext(stream)]
        source.step(warmer(calm_state()))
        heard.append(await anext(stream))
        source.step(calm_state())
        heard.append(await asyncio.wait_for(anext(stream), timeout=REFRESH_SECONDS / 2))
        live.close()
        heard += [message async for message in stream]
        assert live.viewers == 0
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return heard

    first, beat, news, more, *rest = asyncio.run(watch())
    assert first == b"retry: 1000\n\n"
    assert beat == BEAT
    assert set(fragments(news)) == {"room-east"}
    assert set(fragments(more)) == {"room-east"}
    assert len(rest) <= 1
    assert source.wakes == []


def test_a_page_that_cannot_be_made_does_not_end_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    source = Painted(calm_state())
    broken = case(set_too_low("east-ac", 24.0), NOW, phase="open")
    verdict = replace(broken.finding.verdict, values={})
    unsayable = replace(broken, finding=replace(broken.finding, verdict=verdict))

    async def watch() -> bytes:
        live = Live(source, "a")
        task = asyncio.create_task(live.run())
        await asyncio.sleep(0)
        stream = live.stream(FRONT, "en", (await live.fresh(FRONT, "en")).version)
        await anext(stream)
        await anext(stream)
        source.step(change(calm_state(), cases={broken.key: unsayable}))
        assert await anext(stream) == BEAT
        source.step(warmer(calm_state()))
        news = await anext(stream)
        await stream.aclose()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return news

    assert set(fragments(asyncio.run(watch()))) == {"room-east"}
    assert "the page could not be made" in caplog.text
