"""The report on paper: one page to sign, the same bytes each time, text that stays text, tables that any office fills."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import process_time

import msgspec
import pytest
from pypdfium2 import PdfDocument, PdfPage  # type: ignore[import-untyped]  # it ships no types
from report_samples import FORMULA, HOSTILE, sample

from dashboards.language.catalogs import CODES, languages
from dashboards.report.document import Amount, Cell, Document, Fact, Facts, Name, Paragraph, Section, Signature, Table
from dashboards.report.pdf import pdf
from dashboards.report.wording import amount
from policies.words import say

ROOT = Path(__file__).parents[1]
MARGIN_POINTS = 2 / 2.54 * 72
LABELS = {
    "en": ("Responsible for the figures", "Prepared by", "Date of the report"),
    "zh_CN": ("统计负责人", "填表人", "报出日期"),
}
FIRST_SECTION = {"en": "Energy", "zh_CN": "能耗"}
ELSEWHERE = """
import hashlib, sys
from dashboards.report.pdf import pdf
from report_samples import sample
print(*(hashlib.sha256(pdf(sample(), code)).hexdigest() for code in ("en", "zh_CN")))
assert "zhplot" not in sys.modules
"""


def pages(document: Document, code: str = "en") -> list[PdfPage]:
    return list(PdfDocument(pdf(document, code)))


@cache
def plain(code: str) -> list[PdfPage]:
    return pages(sample(), code)


def text(page: PdfPage) -> str:
    return str(page.get_textpage().get_text_range()).replace("\r\n", "\n").replace("\u200b", "").replace("\ufffe", "")


def letters(page: PdfPage) -> str:
    return "".join(text(page).split())


def right_edge(page: PdfPage, wanted: str) -> float:
    reading = page.get_textpage()
    found = reading.search(wanted).get_next()
    assert found is not None, f"{wanted} is not on the page"
    return float(reading.get_charbox(found[0] + found[1] - 1)[2])


def with_rows(*rows: tuple[Cell, ...], heads: tuple[str, ...]) -> Document:
    table = Table("t", say("By room"), tuple(say("{name}", name=head) for head in heads), rows)
    return msgspec.structs.replace(sample(), sections=(Section("s", say("Energy"), (table,)),))


def with_summary(*blocks: Paragraph | Facts) -> Document:
    return msgspec.structs.replace(sample(), summary=Section("summary", say("Summary"), blocks))


def test_the_same_document_gives_the_same_bytes_here_and_in_another_process() -> None:
    here = [hashlib.sha256(pdf(sample(), code)).hexdigest() for code in CODES]
    again = [hashlib.sha256(pdf(sample(), code)).hexdigest() for code in CODES]
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONHASHSEED": "7", "TZ": "America/New_York"}
    there = subprocess.run([sys.executable, "-c", ELSEWHERE], env=path, capture_output=True, text=True, check=True)

    assert again == here
    assert there.stdout.split() == here
    assert here[0] != here[1]


@pytest.mark.parametrize("code", CODES)
def test_page_one_is_the_summary_and_the_lines_to_sign_on_and_page_two_begins_the_sections(code: str) -> None:
    found = plain(code)
    first, second = text(found[0]), text(found[1])

    assert all(label in first for label in LABELS[code])
    assert "张三" in first
    assert "12,345.6" in first
    assert f"1 / {len(found)}" in first
    assert f"2 / {len(found)}" in second
    assert not any(label in second for label in LABELS[code])
    assert second.splitlines()[1].strip() == FIRST_SECTION[code]


def test_the_head_names_the_office_the_month_and_the_edition_on_every_page() -> None:
    changed = [text(page) for page in plain("en")]
    first = text(pages(msgspec.structs.replace(sample(), revision=0))[0])

    assert all("Head office" in page and "October 2026" in page and "Revision r1" in page for page in changed)
    assert "As first made" in first
    assert "Revision" not in first


def test_a_long_summary_is_made_to_fit_its_page() -> None:
    many = [
        Paragraph(say("{text}", text=f"Sentence {number}: " + "of some length " * 9), "caution") for number in range(70)
    ]
    facts = Facts(tuple(Fact(say("Energy used"), Amount("kwh", 1.0)) for _ in range(5)))
    found = pages(with_summary(facts, *many))
    first = text(found[0])

    reading = found[0].get_textpage()
    at = reading.search("Responsible for the figures").get_next()
    lowest = min(reading.get_charbox(number)[1] for number in range(at[0]))

    assert all(f"Sentence {number}:" in first for number in range(70))
    assert lowest > reading.get_charbox(at[0])[3]  # nothing runs into the lines to sign on
    assert all(label in first for label in LABELS["en"])
    assert "Sentence" not in text(found[1])
    assert text(found[1]).splitlines()[1].strip() == "Energy"


def test_an_empty_report_still_has_its_page_to_sign() -> None:
    empty = msgspec.structs.replace(with_summary(), sections=(), signature=Signature())
    first = text(pages(empty)[0])

    assert all(label in first for label in LABELS["en"])


def test_hostile_names_are_shown_as_they_are() -> None:
    names = (
        HOSTILE,
        FORMULA,
        "*b* _i_ $x$ @ref <label> // /* #{1/0}",
        "\\u{41} \\ ` ~",
        "a\x00b\x07c",
        "😀 العربية",
        "第一行\n第二行",
    )
    rows = [(name, Name("x", {"en": name}), Amount("kwh", 1.0)) for name in names]
    page = pages(with_rows(*rows, heads=("a", "b", "c")))[1]

    for name in names[:4]:
        assert letters(page).count("".join(name.split())) >= 2, name
    assert "第二行" in text(page)


@pytest.mark.parametrize("code", CODES)
def test_a_thousand_rows_are_set_quickly_under_a_head_on_every_page(code: str) -> None:
    pdf(sample(), code)
    started = process_time()
    found = pages(sample(1000), code)
    took_seconds = process_time() - started
    last = [page for page in found if "c-2026-10-" in text(page)]
    head = {"en": "Case", "zh_CN": "设备"}[code]

    assert took_seconds < 3
    assert len(last) > 10
    assert all(head in text(page) for page in last)
    assert "c-2026-10-00999" in text(last[-1])


def test_quantities_stand_under_each_other_by_their_last_digit() -> None:
    page = plain("en")[1]
    edges = [right_edge(page, said) for said in ("9,000.0", "3,345.6", "12,345.6")]

    assert edges == pytest.approx([edges[0]] * 3, abs=0.5)


def test_what_is_not_known_is_a_word_and_no_zero() -> None:
    page = pages(with_rows(("a", Amount("kwh", None)), ("b", Amount("amount", None)), ("c", None), heads=("x", "y")))[1]

    assert text(page).count("no data") == 2
    assert "0.0" not in text(page)


def test_money_without_a_tariff_names_no_currency() -> None:
    english = languages("Asia/Shanghai")["en"]

    assert amount(Amount("amount", 1234.5), english, "CNY") == "1,234.50\u00a0CNY"
    assert amount(Amount("amount", 1234.5), english, "") == "1,234.50"


def test_no_name_is_too_long_for_its_column() -> None:
    long = "floor_3_west_wing_meeting_room_split_air_conditioner_" * 4 + "x" * 90
    chinese = "三层西侧会议室分体式空调" * 12
    cells = tuple(Amount("kwh", 1234567.8) for _ in range(6))
    page = pages(with_rows((long, *cells), (chinese, *cells), (long, *cells), heads=("Name", *"abcdef")))[1]
    reading = page.get_textpage()
    edges = [reading.get_charbox(number)[2] for number in range(reading.count_chars())]

    assert max(edges) <= page.get_width() - MARGIN_POINTS + 1
    assert "".join(long.split()) in letters(page)
    assert chinese in letters(page)


def test_an_empty_table_says_so() -> None:
    assert "nothing this month" in text(plain("en")[-2])


@pytest.mark.parametrize("code", CODES)
def test_the_statutory_table_stands_on_a_page_of_its_own_and_is_signed(code: str) -> None:
    first, *between, last = plain(code)
    for label in LABELS[code]:
        assert label in text(first)
        assert label in text(last)
        assert not any(label in text(page) for page in between)
    assert "张三" in text(last)
    title = languages("Asia/Shanghai")[code].words(sample().statutory.title)
    assert [title in text(page) for page in plain(code)] == [False] * (len(plain(code)) - 1) + [True]


def test_its_date_is_the_documents() -> None:
    made_at = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
    found = PdfDocument(pdf(msgspec.structs.replace(sample(), made_at=made_at), "en"))

    assert found.get_metadata_dict()["CreationDate"] == "D:20261102030405Z"
    assert "made on 2026-11-02 11:04" in text(found[0])


@pytest.mark.parametrize(("code", "says"), [("en", "Thefirst30of31."), ("zh_CN", "共31行，此处为前30行")])
def test_what_is_too_long_for_paper_says_how_much_there_is_and_where(
    code: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.report.pdf.MOST_ROWS", 30)
    whole = [with_rows(*((f"case-{number:02d}",) for number in range(rows)), heads=("Case",)) for rows in (30, 31)]
    full, cut = ("".join(letters(page) for page in pages(each, code)) for each in whole)

    assert "case-29" in full
    assert says not in full
    assert "case-29" in cut
    assert "case-30" not in cut
    assert says in cut
