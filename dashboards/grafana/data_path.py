"""The way of the data: how much arrives from which family, who has fallen silent, how much of the day is covered."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, total
from dashboards.grafana.titles import Title

NAME = Title("Data path", "数据链路")

PANELS = (
    Planned(
        Title("Power readings by family", "各协议功率读数"),
        "bars",
        [curve('count("watts")', "power", by=["family"], window="1h")],
    ),
    Planned(
        Title("Room temperature readings by family", "各协议室温读数"),
        "bars",
        [
            curve('count("room_celsius")', "climate", by=["family"], window="1h"),
            curve('count("room_celsius")', "environment", by=["family"], window="1h"),
        ],
    ),
    Planned(
        Title("Last word of each meter", "各计量设备的最后读数"),
        "rows",
        [total('last("watts") AS "watts"', "power", by=["device"])],
        about=Title("The instant is that of its arrival.", "时间为到达时刻。"),
    ),
    Planned(
        Title("Last word of each thermostat", "各温控器的最后读数"),
        "rows",
        [total('last("room_celsius") AS "celsius"', "climate", by=["device"])],
    ),
    Planned(
        Title("Covered time of each device", "各设备的数据覆盖时长"),
        "ranking",
        [total('sum("coverage_seconds")', "slot", by=["device"])],
        unit="s",
        about=Title("Time in which its readings can be believed.", "读数可信的时长。"),
    ),
    Planned(
        Title("Quarter hours written", "已写入的刻钟数"),
        "bars",
        [curve('count("coverage_seconds")', "slot", window="1h")],
    ),
)
