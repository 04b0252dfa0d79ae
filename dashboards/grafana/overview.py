"""The office at a glance: power, energy by load, cases and what was commanded."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, rows, total
from dashboards.grafana.titles import Title

NAME = Title("Office overview", "办公室总览")

PANELS = (
    Planned(
        Title("Energy of metered devices", "计量设备用电量"),
        "number",
        [total('sum("energy_kwh")', "slot")],
        unit="kwatth",
        width=6,
        height=5,
        decimals=1,
    ),
    Planned(
        Title("Cases opened", "新增违规"),
        "number",
        [total('count("case_id")', "case", where="\"state\" = 'open'")],
        width=6,
        height=5,
    ),
    Planned(
        Title("Commands sent", "已发送指令"),
        "number",
        [total('count("command_id")', "command", where="\"state\" = 'commanded'")],
        width=6,
        height=5,
    ),
    Planned(
        Title("Commands proved", "已证实指令"),
        "number",
        [total('count("command_id")', "command", where="\"state\" = 'proved'")],
        width=6,
        height=5,
    ),
    Planned(
        Title("Energy by load", "分项用电量"),
        "bars",
        [curve('sum("energy_kwh")', "slot", by=["load"], window="1h")],
        unit="kwatth",
        about=Title(
            "Only what has a meter. Hours without readings are not there.", "仅含有计量的设备；没有读数的时段不显示。"
        ),
    ),
    Planned(
        Title("Power by device", "各设备功率"),
        "curves",
        [curve('mean("watts")', "power", by=["device"])],
        unit="watt",
    ),
    Planned(
        Title("Cases by rule", "按规则统计违规"),
        "bars",
        [curve('count("case_id")', "case", by=["policy"], window="1h", where="\"state\" = 'open'")],
    ),
    Planned(
        Title("Latest turns of cases", "违规处理动态"),
        "rows",
        [rows(["zone", "device", "policy", "state", "detail"], "case")],
    ),
)
