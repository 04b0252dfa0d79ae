"""Adding a family is one file and one line: this fails until its other pieces are there, and says which one is missing."""

import ast
import json
from pathlib import Path

import pytest
from family_office import OFFICES

from sensors.device import FamilyName
from sensors.registry import FAMILIES

ROOT = Path(__file__).parents[1]
VOICELESS: dict[FamilyName, str] = {}
"""Families that the virtual office does not speak, and why that is enough."""
VOICES = {"print_job": "speaks_print_agent", "shelly_gen2": "speaks_shelly"}


def missing(family: FamilyName, root: Path = ROOT) -> list[str]:
    """What a family still lacks."""
    pieces = []
    module = root / f"sensors/families/{family}.py"
    if not module.is_file() or not ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))):
        pieces.append(f"sensors/families/{family}.py with a docstring that names its source")
    samples = root / f"tests/data/{family}.jsonl"
    lines = samples.read_text(encoding="utf-8").splitlines() if samples.is_file() else []
    if len(lines) < 5 or not all({"note", "topic", "payload", "readings"} <= set(json.loads(line)) for line in lines):
        pieces.append(f"tests/data/{family}.jsonl with five samples and what they mean")
    if not OFFICES.get(family):
        pieces.append("a device in tests/family_office.py")
    if family not in (root / "office.schema.json").read_text(encoding="utf-8"):
        pieces.append("its name in office.schema.json")
    voice = root / f"sensors/virtual/{VOICES.get(family, f'speaks_{family}')}.py"
    if not voice.is_file() and family not in VOICELESS:
        pieces.append("a voice in sensors/virtual, or a reason in VOICELESS")
    return pieces


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_piece_of_a_family_is_there(family: FamilyName) -> None:
    assert missing(family) == []


def test_a_family_without_its_pieces_is_told_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "office.schema.json").write_text("{}")
    assert len(missing("zigbee2mqtt", tmp_path)) == 4


def test_home_assistant_comes_last_so_that_the_others_win() -> None:
    assert list(FAMILIES)[-1] == "homeassistant"
