"""All dashboards as the JSON that Grafana provisions: `python -m dashboards.grafana.build` writes them beside this file.

Needs grafana-foundation-sdk, which only whoever changes a dashboard has to have; the JSON is kept in the repository.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana import after_hours, data_path, overview, printing, zone
from dashboards.grafana.panels import Planned
from dashboards.grafana.titles import LANGUAGES, Title
from dashboards.grafana.variables import chosen_tag, timezone

HERE: Final = Path(__file__).parent
ALL: Final[Mapping[str, tuple[Title, Sequence[Planned]]]] = {
    "overview": (overview.NAME, overview.PANELS),
    "zone": (zone.NAME, zone.PANELS),
    "printing": (printing.NAME, printing.PANELS),
    "after-hours": (after_hours.NAME, after_hours.PANELS),
    "data-path": (data_path.NAME, data_path.PANELS),
}
"""By the name that their addresses have."""


def dashboard(slug: str, language: str) -> str:
    """One of them as JSON text; the same text each time."""
    name, panels = ALL[slug]
    code = language.replace("_", "-").lower()
    made = (
        Dashboard(name.in_language(language))
        .uid(f"officed-{slug}-{code}")
        .tags(["officed", code])
        .readonly()
        .timezone("browser")
        .time("now-7d", "now")
        .refresh("5m")
        .with_variable(chosen_tag("site", Title("Office", "办公室"), language))
        .with_variable(chosen_tag("zone", Title("Rooms", "房间"), language, within="site"))
        .with_variable(timezone(language))
    )
    for each in panels:
        made.with_panel(each.drawn(language))
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(made.build()) + "\n"


def files() -> Iterator[tuple[Path, str]]:
    """Every file with what belongs in it."""
    for language in LANGUAGES:
        for slug in ALL:
            yield HERE / language / f"{slug}.json", dashboard(slug, language)


def main() -> None:
    """Write all of them."""
    for path, text in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
