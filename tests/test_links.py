"""One-tap links: forged, old and used ones are refused; reading changes nothing; one tap in time keeps the power on."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from offices import ROOM, Run, heard, local, office, plug, power
from painted import Painted
from restored import restore

from daemon.configuration.problem import ConfigError
from daemon.engine.snapshot import pack_cases
from daemon.links import LEAVE, Links, Offer, site_key
from daemon.web import Web
from dashboards.board.app import board
from policies.control.effects import Decided, Notify, Publish
from policies.inputs import Asked, Tick
from policies.office.requests import Extend
from policies.rules.after_hours_power import AfterHoursPower
from policies.words import Words

WARNED = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="600s")
KEY = bytes(range(32))
LINKS = Links(KEY, "https://office.example.org/")
SIX = local("2026-07-15 18:00")


def warned() -> tuple[Run, str]:
    """An office whose plug goes off at 18:10, and the token of the link in the warning."""
    run = Run(office(plug(), policies=[WARNED]), SIX)
    run.at(0, *heard(power(run.start, on=True, watts=30.0)))
    (notice,) = [one for one in run.effects if isinstance(one, Notify)]
    return run, LINKS.link_to(notice).removeprefix("https://office.example.org/link/")


def opened(token: str, seconds: float = 0) -> Extend:
    wish = LINKS.opened(token, SIX + timedelta(seconds=seconds))
    assert isinstance(wish, Extend)
    return wish


@pytest.mark.parametrize(("second", "taken"), [(0, True), (599, True), (600, False), (601, False)])
def test_a_link_is_taken_until_the_power_goes(second: int, taken: bool) -> None:
    run, token = warned()
    wish = LINKS.opened(token, SIX + timedelta(seconds=second))
    if isinstance(wish, Extend):
        run.at(second, Asked(wish, "link"))
    run.at(max(second, 600), Tick())
    assert isinstance(wish, Extend) is taken
    assert any(isinstance(one, Publish) for one in run.effects) is not taken
    if taken:
        run.at(600 + LEAVE.total_seconds() - 1, Tick())
        assert not [one for one in run.effects if isinstance(one, Publish)]
        assert [one.until for one in run.state.office.desk.overrides] == [SIX + timedelta(minutes=10) + LEAVE]
        later = SIX + timedelta(minutes=10) + LEAVE
        run.at((later - SIX).total_seconds(), *heard(power(later, on=True, watts=30.0)))
        assert run.state.office.desk.leave_for(plug(), later) is None, "it ends by itself"


def test_a_link_works_once_over_restarts_too() -> None:
    run, token = warned()
    run.at(10, Asked(opened(token), "link"))
    again = restore(office(plug(), policies=[WARNED]), pack_cases(run.state), None, SIX + timedelta(seconds=20))
    second = Run(again, SIX)
    effects = second.at(30, Asked(Extend(opened(token).id, ROOM, SIX, "end it"), "li"), Asked(opened(token), "link"))
    answers = [str(one.refused) for one in effects if isinstance(one, Decided)]
    assert answers == ["None", "This link was used already."]
    assert second.state.office.desk.overrides == ()


def test_every_changed_letter_is_found() -> None:
    _, token = warned()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    for place in range(len(token)):
        for letter in (alphabet[place % 65], alphabet[(place * 7 + 3) % 65]):
            forged = token[:place] + letter + token[place + 1 :]
            assert forged == token or isinstance(LINKS.opened(forged, SIX), Words), place


def test_another_offer_under_the_same_signature_and_other_keys_are_refused() -> None:
    _, token = warned()
    head, _, tail = token.partition(".")
    fields = json.loads(base64.urlsafe_b64decode(head + "=="))
    fields[2] = "2027-01-01T00:00:00Z"
    longer = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    strange = Links(bytes(32)).sealed(Offer("room", "plug", SIX, "case", SIX + timedelta(hours=1), "n"))
    for forged in (
        f"{longer}.{tail}",
        strange,
        "",
        ".",
        "x",
        head,
        f"{head}.",
        f".{tail}",
        "é.é",
        "A" * 5000,
        f"{token}=",
    ):
        assert isinstance(LINKS.opened(forged, SIX), Words), forged


def test_the_key_is_made_once_and_others_may_not_read_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "links.key"
    key = site_key(path)
    assert site_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        site_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ConfigError, match="not a key"):
        site_key(path)


def test_without_an_address_and_without_a_deadline_there_is_no_link() -> None:
    run, _ = warned()
    (notice,) = [one for one in run.effects if isinstance(one, Notify)]
    assert Links(KEY).link_to(notice) == ""
    assert LINKS.link_to(msgspec.structs.replace(notice, act_at=None)) == ""


def test_reading_the_page_changes_nothing_and_the_button_acts_once() -> None:
    run, token = warned()
    source = Painted(run.state)
    source._now = SIX + timedelta(seconds=30)
    app = board(source, open_link=LINKS.opened)
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False) as client:
        for _ in range(3):
            page = client.get(f"/link/{token}")
            assert page.status_code == 200
            assert "20:10" in page.text
            assert page.headers["referrer-policy"] == "no-referrer"
            client.head(f"/link/{token}")
        assert source.asked == []
        assert client.post(f"/link/{token}", headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert source.asked == []
        assert client.post(f"/link/{token}").status_code == 200
        assert [one.zone for one in source.state().office.desk.overrides] == [ROOM]
        assert client.post(f"/link/{token}").status_code == 410
        assert client.get(f"/link/{token}").status_code == 410
        assert client.get("/link/forged").status_code == 410
        assert len(source.asked) == 1
    web.stop()


def test_a_link_made_before_the_clocks_change_gives_two_hours_all_the_same() -> None:
    act_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    run, _ = warned()
    (notice,) = [one for one in run.effects if isinstance(one, Notify)]
    moved = msgspec.structs.replace(notice, act_at=act_at)
    wish = LINKS.opened(LINKS.link_to(moved).rpartition("/")[2], act_at - timedelta(seconds=1))
    assert isinstance(wish, Extend)
    assert wish.until - act_at == LEAVE
