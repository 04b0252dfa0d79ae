"""One room or several: temperatures beside setpoints, air, people, power."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, rows, total
from dashboards.grafana.titles import Title

NAME = Title("Room", "房间")

PANELS = (
    Planned(
        Title("Room temperature", "室内温度"),
        "curves",
        [
            curve('mean("room_celsius")', "climate", by=["device"]),
            curve('mean("room_celsius")', "environment", by=["device"]),
        ],
        unit="celsius",
    ),
    Planned(
        Title("Cooling and heating setpoints", "制冷与制热设定温度"),
        "curves",
        [
            curve('mean("cooling_setpoint_celsius")', "climate", by=["device"]),
            curve('mean("heating_setpoint_celsius")', "climate", by=["device"]),
            curve('mean("setpoint_celsius")', "climate", by=["device"]),
        ],
        unit="celsius",
        about=Title(
            "Legal values: cooling at least 26 °C, heating at most 20 °C (国办发〔2007〕42号).",
            "法定值：制冷不低于 26 °C，制热不高于 20 °C（国办发〔2007〕42号）。",
        ),
    ),
    Planned(Title("Power", "功率"), "curves", [curve('mean("watts")', "power", by=["device"])], unit="watt"),
    Planned(
        Title("Energy by device", "各设备用电量"),
        "ranking",
        [total('sum("energy_kwh")', "slot", by=["device"])],
        unit="kwatth",
        decimals=2,
    ),
    Planned(
        Title("Time in use by people", "有人时长"),
        "bars",
        [curve('sum("occupied_seconds")', "slot", by=["zone", "device"], window="1h")],
        unit="s",
        about=Title(
            "Per device of the room; none where no sensor sees people.", "按房间内设备统计；没有人体传感器时无数据。"
        ),
    ),
    Planned(
        Title("Carbon dioxide", "二氧化碳"),
        "curves",
        [curve('mean("co2_ppm")', "environment", by=["device"])],
        unit="ppm",
    ),
    Planned(
        Title("What happened here", "此处的处理记录"),
        "rows",
        [rows(["device", "policy", "state", "detail"], "case")],
        width=24,
    ),
)
