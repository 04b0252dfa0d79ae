"""The dashboards are what the code says, in both languages, and keep the rules of asking that spare the server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

sdk = pytest.importorskip("grafana_foundation_sdk", reason="grafana-foundation-sdk is not installed")

from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: E402  only where it is installed
from grafana_foundation_sdk.cog.plugins import register_default_plugins  # noqa: E402  same
from grafana_foundation_sdk.models.dashboard import Dashboard  # noqa: E402  same

from daemon.history.schema import MEASUREMENTS  # noqa: E402  same
from dashboards.grafana.build import ALL, HERE, files  # noqa: E402  same
from dashboards.grafana.titles import LANGUAGES, Title  # noqa: E402  same

ROOT = Path(__file__).parents[1]
STATEMENT = re.compile(
    r'SELECT .+ FROM "(?P<measurement>\w+)" WHERE \$timeFilter'
    r' AND "site" =~ /\^\$\{site:regex\}\$/(?P<zone> AND "zone" =~ /\^\$\{zone:regex\}\$/)?.*'
)
PERSONAL = {"user", "title", "user_hash", "title_hash", "who"}


def kept(language: str) -> list[dict[str, Any]]:
    return [json.loads((HERE / language / f"{slug}.json").read_text(encoding="utf-8")) for slug in ALL]


def statements() -> list[str]:
    return [target["query"] for made in kept("en") for panel in made["panels"] for target in panel["targets"]]


def test_the_dashboards_in_the_repository_are_up_to_date() -> None:
    for path, text in files():
        assert path.read_text(encoding="utf-8") == text, "python -m dashboards.grafana.build"
    assert {path for path, _ in files()} == set(HERE.rglob("*.json"))


def test_every_title_is_there_in_both_languages() -> None:
    for english, chinese in zip(*map(kept, LANGUAGES), strict=True):
        named = zip([english, *english["panels"]], [chinese, *chinese["panels"]], strict=True)
        assert all(re.search("[\u4e00-\u9fff]", zh["title"]) and en["title"].isascii() for en, zh in named)
        for en, zh in zip(english["panels"], chinese["panels"], strict=True):
            assert ("description" in en) == ("description" in zh)
            assert [each["query"] for each in en["targets"]] == [each["query"] for each in zh["targets"]]
        assert english["uid"] != chinese["uid"]
    with pytest.raises(KeyError):
        Title("a", "b").in_language("de")


def test_every_question_has_its_bounds_and_names_only_what_the_schema_has() -> None:
    asked = statements()
    assert len(asked) > 30
    for statement in asked:
        found = STATEMENT.fullmatch(statement)
        assert found is not None, statement
        assert (found["zone"] is None) == (found["measurement"] == "daemon"), "officed is in no room, all else is"
        assert ("GROUP BY time(" in statement) == ("fill(none)" in statement), statement
        assert ("GROUP BY time(" in statement) <= statement.endswith("tz('$timezone')"), statement
        known = MEASUREMENTS[found["measurement"]]
        named = set(re.findall(r'"(\w+)"', statement)) - {found["measurement"], "celsius"}
        assert named <= {*known.tags, *known.fields}, statement
        assert not named & PERSONAL, statement


def test_an_empty_filling_is_never_left_to_the_server() -> None:
    assert not any("fill(0)" in each or "fill(previous)" in each or "fill(null)" in each for each in statements())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sdks_model_of_grafanas_schema_reads_them_and_writes_the_same_again(language: str) -> None:
    register_default_plugins()
    for made in kept(language):
        again = json.loads(json.dumps(Dashboard.from_json(made), cls=JSONEncoder))
        assert again["panels"] == made["panels"]
        assert again["templating"] == made["templating"]
        assert {each["name"] for each in made["templating"]["list"]} == {"site", "zone", "timezone"}
        assert not made["editable"]


def test_panels_do_not_lie_over_each_other() -> None:
    for made in kept("en"):
        taken: set[tuple[int, int]] = set()
        for panel in made["panels"]:
            place = panel["gridPos"]
            cells = {
                (place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])
            }
            assert not cells & taken, panel["title"]
            assert all(x < 24 for x, _ in cells)
            taken |= cells


def test_what_is_provisioned_is_the_folder_that_holds_them_and_cannot_be_changed_in_the_browser() -> None:
    provider = (ROOT / "deploy/grafana/provisioning/dashboards/officed.yaml").read_text(encoding="utf-8")
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    source = (ROOT / "deploy/grafana/provisioning/datasources/officed.yaml").read_text(encoding="utf-8")
    assert "allowUiUpdates: false" in provider
    assert "disableDeletion: true" in provider
    assert "./dashboards/grafana:/var/lib/grafana/dashboards:ro" in compose
    assert "path: /var/lib/grafana/dashboards" in provider
    assert "uid: officed" in source
    assert "version: InfluxQL" in source
