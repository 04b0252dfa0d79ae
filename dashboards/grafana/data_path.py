"""The way of the data: how much arrives from which family, who has fallen silent, what is covered, how officed itself is."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, named, total
from dashboards.grafana.titles import Title

NAME = Title("Data path", "数据链路")

_OWN = ("site",)
"""officed is in no room: whichever are chosen, its own numbers stay."""

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
    Planned(
        Title("Readings a second", "每秒读数"),
        "curves",
        [named(curve('non_negative_derivative(last("readings_total"), 1s)', "daemon", tags=_OWN), "readings")],
    ),
    Planned(
        Title("Points that wait, points that were refused", "待写入与被拒绝的数据点"),
        "curves",
        [
            named(curve('max("outbox_lines")', "daemon", tags=_OWN), "waiting"),
            named(curve('max("dead_letters")', "daemon", tags=_OWN), "refused"),
        ],
        about=Title(
            "While the database is away there is no point here: what it missed comes when it is back.",
            "数据库离线期间此处无数据;恢复后会补上。",
        ),
    ),
    Planned(
        Title("Journal and memory", "日志文件与内存"),
        "curves",
        [
            named(curve('max("journal_bytes")', "daemon", tags=_OWN), "journal"),
            named(curve('max("resident_bytes")', "daemon", tags=_OWN), "memory"),
        ],
        unit="bytes",
    ),
    Planned(
        Title("Share of one processor", "单核占用率"),
        "curves",
        [named(curve('non_negative_derivative(last("cpu_seconds_total"), 1s)', "daemon", tags=_OWN), "processor")],
        unit="percentunit",
    ),
)
