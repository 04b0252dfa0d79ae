"""The few forms of panel that all dashboards use, so that a kilowatt-hour looks the same on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions, StackingConfig, VizLegendOptions
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VisibilityMode,
)

from dashboards.grafana.questions import Asked, Question
from dashboards.grafana.titles import Title
from dashboards.grafana.variables import DATASOURCE

Form = Literal["number", "curves", "bars", "ranking", "rows"]
AnyPanel = bargauge.Panel | stat.Panel | table.Panel | timeseries.Panel

_WIDTH = 24
_NO_DATA = Title("no data", "无数据")


@dataclass(frozen=True, slots=True)
class Planned:
    """A panel before it has a language. `unit` is Grafana's name of one; `width` of 24. `about` says what it leaves out."""

    title: Title
    form: Form
    questions: Sequence[Question]
    unit: str = "short"
    width: int = 12
    height: int = 8
    about: Title | None = None
    decimals: int | None = None

    def drawn(self, language: str) -> AnyPanel:
        """The panel in this language."""
        panel = _blank(self.form)
        panel.title(self.title.in_language(language)).datasource(DATASOURCE).unit(self.unit)
        panel.height(self.height).span(min(self.width, _WIDTH)).no_value(_NO_DATA.in_language(language))
        if self.about is not None:
            panel.description(self.about.in_language(language))
        if self.decimals is not None:
            panel.decimals(self.decimals)
        for number, question in enumerate(self.questions):
            panel.with_target(Asked(question, chr(ord("A") + number)))
        return panel


def _blank(form: Form) -> AnyPanel:
    match form:
        case "number":
            return stat.Panel().reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        case "curves":
            return (
                timeseries.Panel()
                .legend(_legend())
                .draw_style(GraphDrawStyle.LINE)
                .show_points(VisibilityMode.AUTO)
                .span_nulls(1_800_000)  # half an hour in milliseconds; a longer gap stays a gap
            )
        case "bars":
            return (
                timeseries.Panel()
                .legend(_legend())
                .draw_style(GraphDrawStyle.BARS)
                .fill_opacity(80)
                .axis_soft_min(0)
                .stacking(StackingConfig().mode(StackingMode.NORMAL))
            )
        case "ranking":
            return (
                bargauge.Panel()
                .display_mode(BarGaugeDisplayMode.BASIC)
                .min(0)
                .reduce_options(ReduceDataOptions().values(True))
            )
        case "rows":
            return table.Panel().show_header(True)


def _legend() -> VizLegendOptions:
    return VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
