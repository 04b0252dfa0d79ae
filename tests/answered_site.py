"""A board with something in every member that its API can answer, and a program that asks it: for the tests of its answers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import httpx
from changed import replace as change
from jsonschema_rs import Draft202012Validator
from msgspec.structs import fields, replace
from painted import NOW, Nothing, Painted, ago, busy_state, cooling

from daemon.accounts.users import UsersFile
from daemon.errors import StoreUnavailable
from dashboards.views.report_shelf import File, MonthOnShelf, Revision, Sending, Shelf
from policies.control.case import Said
from policies.control.changes import Caused, Change
from policies.history import JobRow, SlotRow
from policies.office.desk import Exemption, Mute, Override
from policies.office.heard import Signal
from policies.office.overtime import Overtime
from policies.state import State
from policies.words import say
from sensors.device import DeviceId, ZoneId

T = TypeVar("T", JobRow, SlotRow)
CASE = "after-hours/print-copier"


def full_state() -> State:
    """The busy office, and everything that staff can have said about it."""
    state = busy_state()
    cases = dict(state.cases)
    key = next(key for key, case in cases.items() if case.id == CASE)
    said = Change(DeviceId("print-copier"), ago(hours=1), "is_on", before=False, after=True)
    cases[key] = replace(
        cases[key],
        acknowledged=Said("Li Wei", NOW),
        contested=Said("Li Wei", NOW, "a courier waits"),
        reviewed=Said("Zhou Lan", NOW, "agreed"),
        caused=Caused(said, "device", None),
    )
    other = next(key for key, case in cases.items() if case.id == "setpoints/r302-ac")
    cases[other] = replace(cases[other], contested=Said("Li Wei", NOW, "wrong room"))
    there = ZoneId("print")
    end = NOW + timedelta(hours=2)
    day = date(2026, 7, 1)
    desk = change(
        state.office.desk,
        overrides=(Override("1", there, end, "Sun Hao", "visitor", DeviceId("print-copier")),),
        exemptions=(Exemption("2", there, end, "medical", "Zhou Lan", "doc-1", "Li Wei"),),
        mutes=(Mute("3", there, end, "Li Wei", "known"),),
        overtimes=(
            Overtime(
                "4", there, (0, 2), 1110, 1260, day, date(2026, 8, 1), "Li Wei", "release", DeviceId("print-copier")
            ),
        ),
    )
    somebody = replace(cooling(26.0, 25.0), occupied=Signal(True, NOW, NOW, live=True))
    heard = {**state.office.heard, DeviceId("east-ac"): somebody}
    return change(state, office=change(state.office, desk=desk, heard=heard), cases=cases)


class Past(Nothing):
    """One row of each, the first with everything said and the second with nothing."""

    def jobs(self, start: object, end: object) -> Sequence[JobRow]:
        return [_full(JobRow), JobRow(at=NOW)]

    def slots(self, start: object, end: object) -> Sequence[SlotRow]:
        return [_full(SlotRow), SlotRow(at=NOW)]


class Broken(Nothing):
    """A store that is away."""

    def jobs(self, start: object, end: object) -> Sequence[JobRow]:
        raise StoreUnavailable("away")


class Desk:
    """Has one report, in every form, read by one reader."""

    def shelf(self) -> Shelf:
        file = File("report-en.json", "en", "json", 1.5)
        sent = (Sending("boss@example.org", "sent", NOW), Sending("b@example.org", "waiting"))
        first = Revision(0, NOW, (file,), (say("No rooms are configured"),), sent)
        return Shelf((MonthOnShelf("2026-06", (first, Revision(1, None, ()))),))

    def file(self, month: str, revision: int, name: str) -> tuple[str, bytes] | None:
        return (name, b"{}") if month == "2026-06" else None

    def make(self, month: str, who: str) -> bool:
        return False

    def send(self, month: str, revision: int, who: str) -> bool:
        return False


class Site:
    """A running board with its document and a token that may read."""

    def __init__(self, client: httpx.Client, source: Painted, users: UsersFile) -> None:
        self.client, self.source, self.users = client, source, users
        self.document: Mapping[str, Any] = client.get("/api/v1/openapi.json").json()
        self.token = users.add_token("reader", ("read",), "viewer", NOW)

    def get(self, address: str, language: str = "en", token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}", "Accept-Language": language}
        return self.client.get(address, headers=headers)

    def promised(self, path: str, status: int = 200) -> Draft202012Validator:
        content = self.document["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]
        return Draft202012Validator(
            {**content["schema"], "components": self.document["components"]}, validate_formats=True
        )


def _full(row: type[T]) -> T:
    """A row in which nothing is unsaid."""
    values: dict[str, Any] = {"datetime": NOW, "str": "x", "int": 2, "float": 0.5, "bool": False}
    said = {
        field.name: values[str(getattr(field.type, "__name__", field.type)).split(" |")[0]] for field in fields(row)
    }
    return row(**said)
