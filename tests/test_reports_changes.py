"""A letter about a revision says which figure of which row of which table has changed, in both languages."""

import msgspec
import pytest
from report_samples import sample

from daemon.reports.changes import Change, changes, figures, titles
from daemon.reports.letters import told
from dashboards.language.catalogs import languages
from dashboards.report.document import Amount, Cell, Document, Fact, Facts, Section, Table
from dashboards.report.json_data import json_data
from policies.words import say


def office(kwh: float | None, *, room: float | None, statutory: float, energy: float) -> Document:
    rows: list[tuple[Cell, ...]] = [("Lab", Amount("kwh", room), Amount("amount", 7.0))] if room is not None else []
    parts = (
        Table(
            "energy",
            say("The whole office"),
            (say("Figure"), say("Value")),
            ((say("Energy used"), Amount("kwh", kwh)),),
        ),
        Table("energy_by_zone", say("By room"), (say("Room"), say("kWh"), say("Cost")), tuple(rows)),
    )
    return msgspec.structs.replace(
        sample(),
        summary=Section("summary", say("Summary"), (Facts((Fact(say("Energy used"), Amount("kwh", energy)),)),)),
        sections=(Section("energy", say("Energy"), parts),),
        statutory=Table(
            "statutory", say("For the statistics of public institutions"), (say("Item"), say("Quantity"), say("Cost")),
            (("Electricity", Amount("kwh", statutory), None),),
        ),
    )  # fmt: skip


BEFORE = json_data(office(100.0, room=3.0, statutory=50.0, energy=5.0), "en")
CASES = [
    (office(112.0, room=3.0, statutory=50.0, energy=5.0), "The whole office, Energy used: 112, 100 before",
     "整个办公区，用电量：112，此前为 100"),
    (office(100.0, room=4.5, statutory=50.0, energy=5.0), "By room, Lab, kWh: 4.5, 3 before", "按房间，Lab，kWh：4.5，此前为 3"),
    (office(100.0, room=3.0, statutory=51.0, energy=5.0),
     "For the statistics of public institutions, Electricity, Quantity: 51, 50 before",
     "公共机构能源资源消费统计用表，Electricity，数量：51，此前为 50"),
    (office(100.0, room=3.0, statutory=50.0, energy=6.0), "Energy used: 6, 5 before", "用电量：6，此前为 5"),
    (office(None, room=3.0, statutory=50.0, energy=5.0), "The whole office, Energy used: no figure any more, 100 before",
     "整个办公区，用电量：不再给出数字，此前为 100"),
]  # fmt: skip


def differing(after: Document) -> list[Change]:
    data = json_data(after, "en")
    return changes(figures(BEFORE), figures(data), titles(data))


@pytest.mark.parametrize(("after", "english", "chinese"), CASES)
def test_a_change_is_named_by_its_table_its_row_and_its_figure(after: Document, english: str, chinese: str) -> None:
    (change,) = differing(after)
    voices = languages("Asia/Shanghai")

    assert voices["en"].words(told(change)) == english
    assert voices["zh_CN"].words(told(change)) == chinese


def test_a_row_that_came_and_one_that_went_say_so() -> None:
    gone = differing(office(100.0, room=None, statutory=50.0, energy=5.0))
    assert [str(told(each)) for each in gone] == [
        "By room, Lab, kWh: no figure any more, 3 before",
        "By room, Lab, Cost: no figure any more, 7 before",
    ]
    without = json_data(office(100.0, room=None, statutory=50.0, energy=5.0), "en")
    came = changes(figures(without), figures(BEFORE), titles(BEFORE))
    assert [str(told(each)) for each in came] == [
        "By room, Lab, kWh: 3, not there before",
        "By room, Lab, Cost: 7, not there before",
    ]


def test_a_report_of_an_older_officed_is_compared_and_its_changes_are_named_as_far_as_it_says() -> None:
    older = msgspec.json.decode(BEFORE, type=dict[str, object])
    del older["titles"]
    (change,) = changes(figures(msgspec.json.encode(older)), figures(json_data(CASES[1][0], "en")))

    assert str(told(change)) == "kWh: 4.5, 3 before"
    kept = msgspec.json.decode(b'{"figure":"energy.kwh","before":"1","after":"2"}', type=Change)
    assert str(told(kept)) == "kwh: 2, 1 before"


def test_what_a_table_is_called_is_no_figure() -> None:
    assert changes(figures(b'{"titles":{"a":"A"}}'), figures(b'{"titles":{"a":"B"}}')) == []
    assert titles(b"no json") == {}
