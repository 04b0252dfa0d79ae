"""Every sentence has a Chinese one, and values are written the way people write them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dashboards.language.catalogs import closest, languages, preferred
from dashboards.language.extract import messages, said, written
from dashboards.views.machine import SHOWN
from dashboards.views.place import QUANTITIES
from policies.words import Value, say

ROOT = Path(__file__).parents[1]
GAP = re.compile(r"\{([a-z_]+)\}")
CATALOG = ROOT / "dashboards/language/zh_CN.po"
NOW = datetime(2026, 7, 14, 6, 32, tzinfo=UTC)


def test_no_sentence_is_without_a_chinese_translation() -> None:
    with CATALOG.open("rb") as file:
        known = {str(entry.id): entry for entry in read_po(file, locale="zh_CN") if entry.id}
    found = messages(ROOT)
    missing = [said for said in found if said not in known or not known[said].string or known[said].fuzzy]
    assert not missing, f"run python -m dashboards.language.extract and translate: {missing}"


def test_no_translation_is_left_of_what_nobody_says_any_more() -> None:
    with CATALOG.open("rb") as file:
        known = {str(entry.id) for entry in read_po(file, locale="zh_CN") if entry.id}
    assert known <= set(messages(ROOT))


def test_no_quantity_of_a_devices_row_is_shown_by_its_field_name() -> None:
    assert [field for field in SHOWN if field not in QUANTITIES] == []


def test_translations_have_the_gaps_of_their_sentence() -> None:
    with CATALOG.open("rb") as file:
        entries = [(str(entry.id), str(entry.string)) for entry in read_po(file, locale="zh_CN") if entry.id]
    wrong = [english for english, chinese in entries if sorted(GAP.findall(english)) != sorted(GAP.findall(chinese))]
    assert not wrong


def test_extraction_hears_code_and_templates() -> None:
    assert [text for _, text in said('say("a" if x else "b", n=1)\nsay(name)')] == ["a", "b"]
    assert [text for _, text in written('{{ _("c") }}{{ language.words(say("d {n}", n=1)) }}')] == ["c", "d {n}"]


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [
        ("setpoint_celsius", 26.0, "26.0 °C", "26.0 °C"),
        ("power_watts", 61.4, "61 W", "61 W"),
        ("power_watts", 1234.0, "1.2 kW", "1.2 kW"),
        ("took_seconds", 42.0, "42 s", "42 秒"),
        ("took_seconds", 99.4, "99 s", "99 秒"),
        ("took_seconds", 100.0, "2 min", "2 分钟"),
        ("took_seconds", 5940.0, "99 min", "99 分钟"),
        ("took_seconds", 14280.0, "3 h 58 min", "3 小时 58 分钟"),
        ("took_seconds", 172800.0, "2 d", "2 天"),
        ("until_at", NOW + timedelta(hours=4), "18:32", "18:32"),
        ("until_at", NOW + timedelta(days=1), "15 Jul 14:32", "7月15日 14:32"),
        ("until_at", datetime(2026, 7, 14, 18, tzinfo=UTC), "15 Jul 02:00", "7月15日 02:00"),
        ("count", 1234.0, "1,234", "1,234"),
        ("is_on", True, "yes", "是"),
        ("anything", None, "no data", "无数据"),
    ],
)
def test_a_value_is_written(name: str, value: Value | None, english: str, chinese: str) -> None:
    there = languages("Asia/Shanghai")
    spoken = [there[code].value(name, value, NOW).replace("\N{NO-BREAK SPACE}", " ") for code in ("en", "zh_CN")]
    assert spoken == [english, chinese]


@pytest.mark.parametrize(
    ("name", "room", "said"),
    [
        ("Lobby air conditioner 1", "Lobby", "Air conditioner 1"),
        ("Monitors", "Lobby", "Monitors"),
        ("Lobby", "Lobby", "Lobby"),
        ("Monitors", "", "Monitors"),
    ],
)
def test_a_device_does_not_say_its_rooms_name_twice(name: str, room: str, said: str) -> None:
    assert languages("UTC")["en"].thing({"en": name}, "x", room) == said


def test_braces_in_a_name_are_only_letters() -> None:
    spoken = languages("UTC")["en"].words(
        say("{who} has leave until {until_at}", who="{0.__class__}", until_at=NOW), NOW
    )
    assert spoken == "{0.__class__} has leave until 06:32"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("de,en;q=0.5,zh;q=0.7", "zh_CN"),
        ("zh-TW", "zh_CN"),
        ("de", "en"),
        ("", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=abc", "en"),
    ],
)
def test_the_browser_is_asked_for_its_language(header: str, code: str) -> None:
    assert preferred(header) == code


@pytest.mark.parametrize(("tag", "code"), [("zh_Hans_CN", "zh_CN"), ("EN-us", "en"), ("fr", ""), ("", "")])
def test_a_tag_finds_the_closest_language(tag: str, code: str) -> None:
    assert closest(tag) == code
