"""After hours: what stayed on although a rule says otherwise, what was done about it, who had leave, what that saved."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, rows, total
from dashboards.grafana.titles import Title

NAME = Title("After hours", "下班后用电")

_EQUIPMENT = '"load" !~ /^air_conditioner$/'
_LEFT_ON = f'{_EQUIPMENT} AND "violation_seconds" > 0'

PANELS = (
    Planned(
        Title("Left on against a rule", "违规未关时长"),
        "number",
        [total('sum("violation_seconds")', "slot", where=_EQUIPMENT)],
        unit="s",
        width=8,
        height=5,
        about=Title("Device hours with an open case, air conditioning apart.", "存在违规的设备时长，不含空调。"),
    ),
    Planned(
        Title("Energy while left on", "违规未关期间用电量"),
        "number",
        [total('sum("energy_kwh")', "slot", where=_LEFT_ON)],
        unit="kwatth",
        width=8,
        height=5,
        decimals=2,
        about=Title("Whole quarter hours in which a case was open.", "按存在违规的整刻钟统计。"),
    ),
    Planned(
        Title("Switched off and proved", "已关闭并证实"),
        "number",
        [total('count("command_id")', "command", where="\"remedy\" = 'SwitchOff' AND \"state\" = 'proved'")],
        width=8,
        height=5,
    ),
    Planned(
        Title("Left on, by load", "各类负载违规未关时长"),
        "bars",
        [curve('sum("violation_seconds")', "slot", by=["load"], window="1h", where=_EQUIPMENT)],
        unit="s",
    ),
    Planned(
        Title("Left on, by device", "各设备违规未关时长"),
        "ranking",
        [total('sum("violation_seconds")', "slot", by=["device"], where=_LEFT_ON)],
        unit="s",
    ),
    Planned(
        Title("Avoided energy: measured, estimated, not claimed", "节省电量：实测、估算、不计入"),
        "ranking",
        [total('sum("avoided_kwh")', "saving", by=["ledger"])],
        unit="kwatth",
        decimals=2,
        about=Title("Three sums that are never added to each other.", "三项分别统计，从不相加。"),
    ),
    Planned(Title("Leave to stay on", "延时许可"), "rows", [rows(["zone", "device", "state", "reason"], "override")]),
    Planned(
        Title("Why nothing was done", "未执行的原因"),
        "rows",
        [rows(["zone", "device", "policy", "reason", "detail"], "case", where="\"reason\" != ''")],
    ),
    Planned(
        Title("What was commanded", "指令记录"),
        "rows",
        [rows(["zone", "device", "policy", "remedy", "state"], "command")],
    ),
)
