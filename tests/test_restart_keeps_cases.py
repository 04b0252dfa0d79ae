"""What was kept is read again: a restart must find its cases as they were, with the instants in their words."""

from datetime import timedelta

from offices import EVENING, WEDNESDAY, Run, ac, cooling, heard, office, plug, power

from daemon.snapshot import pack_cases, pack_office, restore
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit

EVENINGS = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="10m")
SETPOINTS = SetpointLimit(
    name="setpoints", mode="enforce", grace="0s", attempts=2, retry_after="1m", confirm_within="1m"
)


def test_cases_and_what_was_sent_survive_a_restart() -> None:
    fresh = office(ac(), policies=[SETPOINTS])
    run = Run(fresh, WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    run.at(61)  # no proof: its words say at what instant it is tried again
    restored = restore(fresh, pack_cases(run.state), None, WEDNESDAY + timedelta(seconds=62))
    assert restored.cases == run.state.cases
    assert restored.memory == run.state.memory
    (case,) = restored.cases.values()
    assert case.history[-1].words.values == {"again_at": WEDNESDAY + timedelta(seconds=121)}


def test_what_was_last_known_survives_as_no_evidence() -> None:
    fresh = office(plug(), policies=[EVENINGS])
    run = Run(fresh, EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=80.0)))
    run.at(60, *heard(power(EVENING + timedelta(seconds=60), on=False, watts=0.0)))
    assert run.state.recent, "the case was to be closed"
    restored = restore(fresh, pack_cases(run.state), pack_office(run.state), EVENING + timedelta(seconds=61))
    assert restored.recent == run.state.recent
    (known,) = restored.office.heard.values()
    assert known.watts is not None
    assert (known.watts.value, known.watts.live, known.heard_at) == (0.0, False, None)
