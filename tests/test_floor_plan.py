"""The office's own drawing: its rooms coloured and linked, and nothing in the file that could do anything comes through."""

import re
from pathlib import Path

import pytest

from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError
from dashboards.board.floor_plan import MOST_BYTES, FloorPlanError, drawn, read

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
ROOM = '<rect id="hall" x="1" y="2" width="3" height="4"/>'
ZONES = frozenset({"hall", "lab"})


def plan(inside: str) -> str:
    return str(drawn(read(f"{HEAD}{inside}</svg>".encode(), ZONES), {"hall": ("breaks", "Hall: breaks a rule")}))


def test_a_room_has_its_standing_its_sentence_and_leads_to_its_page() -> None:
    assert plan(ROOM) == (
        '<svg class="plan" viewBox="0 0 10 10" role="group"><a href="/zones/hall" aria-label="Hall: breaks a rule">'
        '<rect x="1" y="2" width="3" height="4" class="zone breaks"><title>Hall: breaks a rule</title></rect></a></svg>'
    )
    alone = drawn(read(f"{HEAD}{ROOM}</svg>".encode(), ZONES), {"hall": ("keeps", "Hall")}, links=False)
    assert "<a " not in alone


def test_words_and_walls_stay_and_a_room_that_nobody_knows_is_a_wall() -> None:
    html = plan(f'<g stroke="black">{ROOM}<text x="1">Büro &lt;1&gt;</text><rect id="attic" width="1"/></g>')
    assert '<text x="1">Büro &lt;1&gt;</text>' in html
    assert '<rect width="1"></rect>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='alert(1)'/></foreignObject>",
        "<style>* {display: none}</style>",
        "<image href='https://example.org/x.png'/>",
        "<use href='https://example.org/x.svg#a'/>",
        "<a href='javascript:alert(1)'><text>x</text></a>",
        "<rect onclick='alert(1)' style='fill:red' class='room' href='x'/>",
        "<rect fill='url(https://example.org/x)'/>",
        "<rect fill='URL(#a)' stroke='javascript:alert(1)'/>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onclick' to='alert(1)'/>",
        "<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>",
        "<rect><script>alert(1)</script></rect>",
        "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>",
    ],
)
def test_what_could_do_anything_does_not_come_through(hostile: str) -> None:
    html = plan(ROOM + hostile)
    inside = html.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    assert not re.search(
        r"script|alert|onclick|onload|style|url|example\.org|image|use|foreign|animate|display", inside, re.IGNORECASE
    )
    assert re.findall(r'href="([^"]*)"', inside) == ["/zones/hall"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no SVG"),
        (b"<html/>", "no SVG"),
        (f"{HEAD}<rect/></svg>".encode(), "no shape has the id of a zone"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><rect id="hall"/></svg>', "neither viewBox"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + f"{HEAD}{ROOM}</svg>".encode(), "DOCTYPE"),
        (f"{HEAD}{ROOM}".encode() + b" " * MOST_BYTES, "larger than"),
        (f"{HEAD}{ROOM}{'<g/>' * 6000}</svg>".encode(), "more than 5000 elements"),
        (f"{HEAD}{'<g>' * 1000}{ROOM}{'</g>' * 1000}</svg>".encode(), "nested too deep"),
        ("<svg><rect".encode("utf-16"), "no SVG"),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(data: bytes, why: str) -> None:
    with pytest.raises(FloorPlanError, match=why):
        read(data, ZONES)


def test_a_plan_of_a_drawing_program_without_viewbox_has_its_size() -> None:
    data = f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm">{ROOM}</svg>'.encode()
    assert read(data, ZONES).box == "0 0 297 210"


def test_a_file_that_is_not_there_or_no_drawing_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (
        "site: {id: a, names: A, timezone: Asia/Shanghai}\nbroker: {host: localhost}\n"
        'zones: {hall: {names: Hall, hours: {mon-fri: "09:00-18:00"}}}\n'
        "board:\n  floor_plan: plan.svg\n"
    )
    with pytest.raises(ConfigError, match=r"office.yaml:5: board.floor_plan: cannot be read: no such file"):
        parse(text, file="office.yaml", directory=tmp_path)
    (tmp_path / "plan.svg").write_text("<html/>")
    with pytest.raises(ConfigError, match=r"office.yaml:5: board.floor_plan: is no SVG"):
        parse(text, file="office.yaml", directory=tmp_path)
    (tmp_path / "plan.svg").write_text(f"{HEAD}{ROOM}</svg>")
    parse(text, file="office.yaml", directory=tmp_path)
