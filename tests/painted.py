"""An office painted by hand for the board's tests: one room of every sort, both languages, nothing left to chance."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from changed import replace as change
from msgspec.structs import replace

from policies.control.case import Case, CaseId, Refusal, Turn
from policies.finding import Evidence, Finding
from policies.history import CaseRow, CommandRow, History, JobRow, Sample, SavingRow, SlotRow, SlotSum, Total, Window
from policies.inputs import Asked
from policies.office.calendar import Calendar, Hours
from policies.office.desk import Desk, Override
from policies.office.heard import Heard, Signal
from policies.office.office import Office
from policies.office.requests import Request
from policies.office.site import Site, Zone
from policies.policy import Citation
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from policies.step import step
from policies.words import Words, say
from sensors.commands import Command, CommandId, Remedy, SetSetpoint, SwitchOff
from sensors.device import Address, Device, DeviceId, Kind, Load, ZoneId

NOW = datetime(2026, 7, 14, 6, 32, tzinfo=UTC)
DAY: tuple[tuple[int, int], ...] = ((8 * 60 + 30, 18 * 60 + 30),)
HOURS = Hours(weekly=(DAY, DAY, DAY, DAY, DAY, (), ()))
MORNING: tuple[tuple[int, int], ...] = ((8 * 60 + 30, 13 * 60 + 30),)
MORNINGS = Hours(weekly=(MORNING, MORNING, MORNING, MORNING, MORNING, (), ()))
ROOMS = {
    "reception": ("Reception", "前台", "Chen Jie"),
    "r302": ("Meeting room 302", "302 会议室", "Li Wei"),
    "east": ("Open office, east", "东区开放办公", "Wang Fang"),
    "print": ("Print corner", "文印区", "Zhao Min"),
    "director": ("Director's office", "主任办公室", "Sun Hao"),
    "training": ("Training room", "培训室", "Li Wei"),
    "pantry": ("Pantry", "茶水间", "Zhao Min"),
    "archive": ("Archive", "档案室", "Zhou Lan"),
}
UNITS = ("Air conditioner", "空调")


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def device(name: str, zone: str, kind: Kind, load: Load, english: str, chinese: str) -> Device:
    address = Address("tasmota" if kind == "plug" else "zigbee2mqtt", name)
    names = {"en": english, "zh_CN": chinese}
    return Device(DeviceId(name), kind, address, ZoneId(zone), load=load, names=names, switchable=kind == "plug")


def signal(value: float, at: datetime = NOW) -> Signal[float]:
    return Signal(value, at, at - timedelta(minutes=20), live=True)


def cooling(setpoint: float, room: float, watts: float = 640.0) -> Heard:
    return Heard(
        heard_at=ago(seconds=20),
        mode=Signal("cool", NOW, ago(hours=2), live=True),
        cooling_setpoint_celsius=signal(setpoint),
        room_celsius=signal(room),
        watts=signal(watts),
    )


def plug(watts: float, *, is_on: bool = True) -> Heard:
    return Heard(heard_at=ago(seconds=20), is_on=Signal(is_on, NOW, ago(hours=1), live=True), watts=signal(watts))


def site() -> Site:
    zones = {
        ZoneId(key): Zone(
            ZoneId(key), MORNINGS if key in {"print", "pantry"} else HOURS, {"en": english, "zh_CN": chinese}, owner
        )
        for key, (english, chinese, owner) in ROOMS.items()
    }
    devices = [device(f"{key}-ac", key, "climate", "air_conditioner", *UNITS) for key in ROOMS if key != "pantry"]
    devices.append(device("east-monitors", "east", "plug", "monitor", "Monitors", "显示器"))
    devices.append(device("print-copier", "print", "plug", "copier", "Copier", "复印机"))
    devices.append(device("pantry-water", "pantry", "plug", "water_dispenser", "Water dispenser", "饮水机"))
    return Site(
        "hq",
        Calendar("Asia/Shanghai"),
        zones,
        {each.id: each for each in devices},
        {"en": "Harbour House", "zh_CN": "海港大厦"},
    )


def calm_state() -> State:
    """Eight rooms that keep the rules, nothing done lately."""
    heard = {
        DeviceId(f"{key}-ac"): cooling(26.0 + n % 3, 25.4 + n * 0.3) for n, key in enumerate(ROOMS) if key != "pantry"
    }
    heard[DeviceId("east-monitors")] = plug(412.0)
    heard[DeviceId("print-copier")] = plug(1.2, is_on=False)
    heard[DeviceId("pantry-water")] = plug(0.4, is_on=False)
    off = Signal("off", NOW, ago(hours=1), live=True)
    heard[DeviceId("print-ac")] = replace(heard[DeviceId("print-ac")], mode=off, watts=signal(2.0))
    cited = Citation(document="国办发〔2007〕42号", article="一")
    policies = (SetpointLimit(name="setpoints", mode="enforce", citation=cited), AfterHoursPower(name="after-hours"))
    return State(Office(site(), heard), policies, stepped_at=ago(seconds=2))


def finding(device_id: str, policy: str, verdict: Words, evidence: Evidence, remedy: Remedy | None) -> Finding:
    zone = ZoneId(device_id.partition("-")[0])
    return Finding(policy, DeviceId(device_id), zone, verdict, (evidence,), remedy)


def set_too_low(device_id: str, setpoint: float) -> Finding:
    words = say(
        "cooling is set to {setpoint_celsius}, below {limit_celsius}", setpoint_celsius=setpoint, limit_celsius=26.0
    )
    shown = Evidence(DeviceId(device_id), "cooling_setpoint_celsius", setpoint, ago(minutes=4))
    return finding(device_id, "setpoints", words, shown, SetSetpoint(DeviceId(device_id), 26.0, "cooling"))


def left_on(device_id: str, watts: float) -> Finding:
    words = say("on and drawing {power_watts} although the zone is closed", power_watts=watts)
    return finding(
        device_id,
        "after-hours",
        words,
        Evidence(DeviceId(device_id), "watts", watts, ago(minutes=4)),
        SwitchOff(DeviceId(device_id)),
    )


def case(found: Finding, since: datetime, **more: object) -> Case:
    plain = Case(
        CaseId(f"{found.policy}/{found.device}"), found.policy, found.device, found.zone, "pending", found, since, since
    )
    return replace(plain, **more)


def commanded(found: Finding, at: datetime) -> Command:
    assert found.remedy is not None
    return Command(CommandId(f"{found.device}/1"), found.remedy, str(found.verdict), at, at + timedelta(minutes=1))


def busy_state() -> State:
    """Breaking, being corrected, proved, stuck, watched only, in grace, with leave, silent."""
    state = calm_state()
    heard = dict(state.office.heard)
    heard[DeviceId("r302-ac")] = cooling(23.0, 24.6, 1180.0)
    heard[DeviceId("reception-ac")] = cooling(24.0, 26.8, 910.0)
    heard[DeviceId("director-ac")] = cooling(22.0, 23.4, 1420.0)
    heard[DeviceId("training-ac")] = cooling(24.5, 26.1, 700.0)
    heard[DeviceId("print-copier")], heard[DeviceId("pantry-water")] = plug(61.0, is_on=False), plug(420.0)
    heard[DeviceId("archive-ac")] = replace(heard[DeviceId("archive-ac")], heard_at=ago(hours=3))
    low, lower, lowest, little = (
        set_too_low("reception-ac", 24.0),
        set_too_low("r302-ac", 23.0),
        set_too_low("director-ac", 22.0),
        set_too_low("training-ac", 24.5),
    )
    copier, water = left_on("print-copier", 61.0), left_on("pantry-water", 420.0)
    stuck = say("says off and still draws {power_watts}", power_watts=61.0)
    open_cases = [
        case(
            low,
            ago(minutes=5),
            phase="acting",
            due_at=NOW + timedelta(minutes=2),
            command=commanded(low, ago(seconds=25)),
        ),
        case(lower, ago(minutes=9), phase="open", act_at=NOW + timedelta(minutes=4)),
        case(
            lowest,
            ago(minutes=50),
            phase="suspended",
            refusal=Refusal(
                "override",
                say("{who} has leave until {until_at}", who="Sun Hao", until_at=NOW + timedelta(hours=1)),
                NOW + timedelta(hours=1),
            ),
        ),
        case(little, ago(minutes=1), due_at=NOW + timedelta(minutes=2)),
        case(
            copier,
            ago(minutes=42),
            phase="stuck",
            command=commanded(copier, ago(minutes=36)),
            history=(
                Turn(ago(minutes=37), "open", copier.verdict),
                Turn(ago(minutes=36), "acting", say("switched off")),
                Turn(ago(minutes=30), "stuck", stuck),
            ),
        ),
        case(
            water,
            ago(minutes=15),
            phase="open",
            refusal=Refusal("shadow", say("only watching: this policy does not act yet")),
        ),
    ]
    done = []
    for name, was, minutes, took in (
        ("east-ac", 24.0, 12, 42),
        ("r302-ac", 22.5, 95, 38),
        ("training-ac", 25.0, 140, 61),
    ):
        found = set_too_low(name, was)
        sent = commanded(found, ago(minutes=minutes))
        closed = sent.issued_at + timedelta(seconds=took)
        done.append(
            case(found, ago(minutes=minutes + 4), phase="closed", command=sent, outcome="proved", closed_at=closed)
        )
    leave = Override("1", ZoneId("director"), NOW + timedelta(hours=1), "Sun Hao", "visitor")
    office = change(state.office, heard=heard, desk=Desk(overrides=(leave,)))
    return change(state, office=office, cases={each.key: each for each in open_cases}, recent=tuple(done))


class Nothing:
    """A past in which nothing was said."""

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        return ()

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        return ()

    def totals(self, measurement: str, field: str, edges: Sequence[datetime]) -> Sequence[Total]:
        return ()

    def last(self, measurement: str, field: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        return {}

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        return ()

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        return ()

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        return ()

    def cases(self, start: datetime, end: datetime) -> Sequence[CaseRow]:
        return ()

    def commands(self, start: datetime, end: datetime) -> Sequence[CommandRow]:
        return ()

    def savings(self, start: datetime, end: datetime) -> Sequence[SavingRow]:
        return ()


class Painted:
    """A board's source whose state and clock the test sets."""

    def __init__(self, state: State) -> None:
        self._state, self._now = state, NOW
        self.wakes: list[Callable[[], None]] = []
        self.asked: list[tuple[Request, str]] = []
        self.past: History = Nothing()
        self.facts: dict[str, str | float | bool] = {"alive": True, "journal_rows": 3}

    def state(self) -> State:
        return self._state

    def now(self) -> datetime:
        return self._now

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        self.wakes.append(wake)
        return lambda: self.wakes.remove(wake)

    def health(self) -> Mapping[str, str | float | bool]:
        return self.facts

    def ask(self, request: Request, who: str) -> None:
        """What the engine does with it, at once."""
        self.asked.append((request, who))
        self.step(step(self._state, [Asked(request, who)], self._now).state)

    def history(self) -> History:
        return self.past

    def step(self, state: State) -> None:
        """What the engine does: swap the state, nudge whoever listens."""
        self._state = state
        for wake in list(self.wakes):
            wake()
