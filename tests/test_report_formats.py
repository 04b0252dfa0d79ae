"""The report as a page, a table and data: the same bytes each time, names that stay text, numbers that stay numbers."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from time import process_time

import msgspec
import pytest
from report_samples import FORMULA, HOSTILE, sample

from dashboards.language.catalogs import CODES
from dashboards.report.csv_table import statutory_csv
from dashboards.report.document import Amount, Cell, Document, Figure, Section, Series, Table
from dashboards.report.formats import FORMATS, render
from policies.words import say

ROOT = Path(__file__).parents[1]
PLAIN = ("html", "xlsx", "csv", "json")  # the page on paper has a file of tests of its own
ELSEWHERE = """
import hashlib
from dashboards.report.formats import render
from report_samples import sample
for form in ("html", "xlsx", "csv", "json"):
    print(*(hashlib.sha256(render(sample(), form, code)).hexdigest() for code in ("en", "zh_CN")))
"""
VOID = {"meta", "br", "link", "input", "img", "hr"}


class Page(HTMLParser):
    """What a browser would make of it: tags, ids, links and text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


def with_blocks(*blocks: Table | Figure) -> Document:
    return msgspec.structs.replace(sample(), sections=(Section("s", say("Energy"), blocks),))


def with_rows(*rows: tuple[Cell, ...]) -> Document:
    heads = (say("Room"), say("kWh"))
    return with_blocks(Table("rooms", say("By room"), heads, rows))


def lines(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_same_document_gives_the_same_bytes_here_and_in_another_process() -> None:
    def hashes() -> list[str]:
        return [hashlib.sha256(render(sample(), form, code)).hexdigest() for form in PLAIN for code in CODES]

    here, again = hashes(), hashes()
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONHASHSEED": "7", "TZ": "America/New_York"}
    there = subprocess.run([sys.executable, "-c", ELSEWHERE], env=path, capture_output=True, text=True, check=True)

    assert again == here
    assert there.stdout.split() == here
    assert len(set(here)) == len(here) - 1, "only the data are the same in every language"
    assert set(FORMATS) == {*PLAIN, "pdf"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("form", PLAIN)
def test_five_thousand_cases_take_less_than_three_seconds(form: str, code: str) -> None:
    document = sample(annex_rows=5000)
    began = process_time()
    data = render(document, form, code)
    assert process_time() - began < 3
    assert form == "xlsx" or data.count(b"c-2026-10-") >= 4999


@pytest.mark.parametrize("code", CODES)
def test_the_page_is_whole_and_needs_nothing_else(code: str) -> None:
    page = Page(render(sample(), "html", code))
    assert page.open == []
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "image"}
    assert "svg" in tags
    attributes = [(name, value or "") for _, each in page.tags for name, value in each.items()]
    assert not [name for name, _ in attributes if name.startswith("on")]
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = [value for name, value in attributes if name in {"href", "src", "xlink:href"}]
    assert {"#energy", "#evidence", "#statutory"} <= set(links)
    assert {link[:1] for link in links} == {"#"}
    assert {link[1:] for link in links} <= set(ids)
    assert ("html", {"lang": code.replace("_", "-")}) in page.tags
    assert all(each.get("scope") in {"col", "row"} for tag, each in page.tags if tag == "th")


@pytest.mark.parametrize("form", ["html", "csv", "json"])
def test_hostile_names_are_shown_as_they_are(form: str) -> None:
    data = render(sample(), form, "en")
    if form == "html":
        text = Page(data).text
        assert HOSTILE in text
        assert FORMULA in text
        assert b"<script" not in data
    elif form == "csv":
        cells = [cell for line in lines(data) for cell in line]
        assert HOSTILE in cells
        assert f"'{FORMULA}" in cells
    else:
        said = json.loads(data)
        assert HOSTILE in said["energy"]["energy_by_load"]
        assert FORMULA in said["evidence"]["cases"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_name_is_a_formula_and_a_number_below_zero_stays_one(name: str) -> None:
    found = lines(render(with_rows((name, Amount("kwh", -2.5))), "csv", "en"))
    (line,) = [each for each in found if each[1] == "By room"]
    assert line == ["Energy", "By room", "1", f"'{name}", "kWh", "-2.5", "kWh"]


def test_the_table_has_every_figure_with_its_unit() -> None:
    found = lines(render(sample(), "csv", "en"))
    assert found[0] == ["Section", "Table", "Row number", "Row", "Column", "Value", "Unit"]
    assert {len(line) for line in found} == {7}
    title = "By end use and type of time"
    assert ["Energy", title, "2", "Room 302 air conditioner", "kWh", "3345.6", "kWh"] in found
    assert ["Energy", title, "2", "Room 302 air conditioner", "Cost", "2676.5", "CNY"] in found
    assert ["Energy", title, "2", "Room 302 air conditioner", "Known", "95.0", "%"] in found
    assert ["Energy", title, "3", HOSTILE, "Cost", "", "CNY"] in found, "not known is no 0"
    assert ["Energy", "By day", "10", "10", "flat", "", "kWh"] in found
    assert len({tuple(line[:5]) for line in found}) == len(found), "every figure has a place of its own"


def test_rows_that_are_called_alike_are_told_apart() -> None:
    document = with_rows(("Room 1", Amount("kwh", 1.0)), ("Room 1", Amount("kwh", 2.0)))
    assert [line[2:6] for line in lines(render(document, "csv", "en")) if line[1] == "By room"] == [
        ["1", "Room 1", "kWh", "1.0"], ["2", "Room 1", "kWh", "2.0"],
    ]  # fmt: skip
    assert json.loads(render(document, "json", "en"))["s"]["rooms"] == [
        {"Room": "Room 1", "kWh": 1.0}, {"Room": "Room 1", "kWh": 2.0},
    ]  # fmt: skip


def test_the_data_name_rows_by_what_they_are_and_not_by_their_place() -> None:
    one, other = ("Room 1", Amount("kwh", 1.0)), ("Room 2", Amount("kwh", None))
    data = render(with_rows(one, other), "json", "en")
    assert json.loads(data)["s"]["rooms"] == {"Room 1": 1.0, "Room 2": None}
    assert json.loads(render(with_rows(other, one), "json", "en")) == json.loads(data)
    said = json.loads(render(sample(), "json", "zh_CN"))
    assert (said["made_at"], said["revision"], said["month"]) == ("2026-11-01T00:30:00+00:00", 1, "2026-10")
    assert said["energy"]["energy_by_load"]["f3-ac-1"] == {"kWh": 3345.6, "Cost": 2676.5, "Known": 95.0}
    assert said["summary"]["Avoided, measured"] is None


def test_no_bar_is_lost_where_two_are_called_alike() -> None:
    figure = Figure("f", say("By room"), "bars", "kwh", ("Room 1", "Room 1"), (Series(say("measured"), (1.0, 2.0)),))
    assert json.loads(render(with_blocks(figure), "json", "en"))["s"]["f"] == {"measured": [1.0, 2.0]}


def test_the_statistics_office_gets_its_table_alone() -> None:
    assert lines(statutory_csv(sample(), "en")) == [
        ["Item", "Quantity", "Cost"], ["Electricity (kWh)", "12345.6", "9876.5"], ["Water (m³)", "", ""],
    ]  # fmt: skip
    assert statutory_csv(sample(), "zh_CN") != statutory_csv(sample(), "en")


@pytest.mark.parametrize("form", PLAIN)
def test_a_report_of_nothing_is_still_a_report(form: str) -> None:
    nothing = Section("summary", say("Summary"), ())
    empty = Table("statutory", say("Energy"), (say("Item"),), ())
    document = msgspec.structs.replace(sample(), summary=nothing, sections=(), statutory=empty)
    data = render(document, form, "en")
    assert data == render(document, form, "en")
    if form == "html":
        assert "nothing this month" in Page(data).text
        assert "no data" in Page(render(sample(), form, "en")).text
