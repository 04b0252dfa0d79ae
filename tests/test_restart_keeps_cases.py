"""What was kept is read again: a restart must find its cases as they were, with the instants in their words."""

from datetime import timedelta

import msgspec
from offices import EVENING, WEDNESDAY, Run, ac, cooling, heard, office, plug, power
from restored import restore

from daemon.engine.snapshot import pack_cases, pack_office
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from sensors.device import DeviceId

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
    restored = restore(fresh, pack_cases(run.state), pack_office(run.state), EVENING + timedelta(seconds=181))
    assert restored.recent == run.state.recent
    (known,) = restored.office.heard.values()
    assert known.watts is not None
    assert (known.watts.value, known.watts.live, known.heard_at) == (0.0, False, None)


def test_what_was_heard_survives_a_restart_of_seconds_as_evidence() -> None:
    fresh = office(plug(), policies=[EVENINGS])
    run = Run(fresh, EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=80.0)))
    for seconds, evidence in ((120, True), (121, False)):
        now = EVENING + timedelta(seconds=seconds)
        restored = restore(fresh, pack_cases(run.state), pack_office(run.state), now)
        assert restored.office.heard == run.state.office.heard if evidence else True
        assert restored.office.of(DeviceId("plug")).is_silent(now) is not evidence


def test_reads_in_the_journal_count_as_having_listened() -> None:
    fresh = office(plug(), policies=[EVENINGS])
    run = Run(fresh, EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=80.0)))
    now = EVENING + timedelta(minutes=10)
    restored = restore(fresh, None, pack_office(run.state), now, heard_until=now - timedelta(seconds=30))
    assert not restored.office.of(DeviceId("plug")).is_silent(now)


def test_a_queued_word_that_contradicts_leaves_nothing_known_until_the_device_speaks() -> None:
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=80.0)))
    queued = msgspec.structs.replace(power(EVENING + timedelta(seconds=5), on=False, watts=0.0), live=False)
    run.at(5, *heard(queued))
    known = run.state.office.of(DeviceId("plug"))
    assert known.is_on is not None
    assert (known.is_on.value, known.is_on.live) == (False, False)
    same = msgspec.structs.replace(power(EVENING + timedelta(seconds=5), on=True, watts=80.0), live=False)
    again = Run(office(plug(), policies=[EVENINGS]), EVENING)
    again.at(0, *heard(power(EVENING, on=True, watts=80.0)))
    again.at(5, *heard(same))
    known = again.state.office.of(DeviceId("plug"))
    assert known.is_on is not None
    assert known.is_on.live, "what agrees takes nothing away"
