"""What has brought a case about is said on its page, in the API's answer and by `explain`, in the reader's language."""

from datetime import timedelta

import httpx
import msgspec
import pytest
from painted import NOW, Painted
from test_board_forms import browser, enter, source, users

from policies.control.changes import CAUSES, Cause, Caused, Change, cause_of
from policies.explain import explain
from policies.finding import Finding
from policies.words import say
from sensors.commands import SetSetpoint, SwitchOff
from sensors.device import DeviceId, ZoneId

__all__ = ["browser", "source", "users"]
AT = NOW - timedelta(minutes=5)


def caused(device: DeviceId, cause: Cause, quantity: str = "cooling_setpoint_celsius", minutes: int = 0) -> Caused:
    change = Change(device, AT + timedelta(minutes=minutes), quantity, 26.0, 22.0)  # type: ignore[arg-type]  # one of the four
    return Caused(change, cause)


@pytest.mark.parametrize("cause", CAUSES)
def test_the_case_says_what_has_brought_it_about(browser: httpx.Client, source: Painted, cause: Cause) -> None:
    state = source.state()
    key, case = next((key, case) for key, case in state.cases.items() if case.policy == "setpoints")
    enter(browser, "vera")
    page, api = f"/cases/{case.id}", f"/api/v1/cases/{case.id}"
    assert CAUSES[cause].pattern not in browser.get(page).text
    assert browser.get(api).json()["line"]["story"]["cause"] is None
    told = msgspec.structs.replace(case, caused=caused(case.device, cause))
    source.step(msgspec.structs.replace(state, cases={**state.cases, key: told}))
    assert CAUSES[cause].pattern in browser.get(page).text
    assert browser.get(api).json()["line"]["story"]["cause"]
    chinese = browser.get(page, headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh' in chinese
    assert "事项" in chinese
    assert CAUSES[cause].pattern not in chinese


def test_explain_says_it_too(source: Painted) -> None:
    state = source.state()
    case = next(case for case in state.cases.values() if case.policy == "setpoints")
    memory = msgspec.structs.replace(state.memory, changes={case.device: (caused(case.device, "power_return"),)})
    (ruling,) = [one for one in explain(msgspec.structs.replace(state, memory=memory), case.device, NOW).competing if one.policy == "setpoints"]  # fmt: skip
    assert ruling.cause == CAUSES["power_return"]


def test_the_cause_is_the_last_change_of_what_the_case_is_about() -> None:
    ac = DeviceId("ac")
    changes = [
        caused(ac, "person"),
        caused(ac, "controller", minutes=1),
        caused(ac, "power_return", "mode", 2),
        caused(ac, "device", "heating_setpoint_celsius", 3),
    ]
    too_cold = Finding("setpoints", ac, ZoneId("z"), say("x"), (), SetSetpoint(ac, 26.0, "cooling"))
    left_on = Finding("evenings", ac, ZoneId("z"), say("x"), (), SwitchOff(ac))
    no_remedy = Finding("rooms", ac, ZoneId("z"), say("x"), (), None)
    assert [cause_of(changes, one) for one in (too_cold, left_on, no_remedy)] == [changes[1], changes[2], None]
    assert cause_of((), too_cold) is None
