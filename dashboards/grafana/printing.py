"""Printing: sheets by department, two-sided and not, what nobody can tell. No user and no title is ever asked for."""

from dashboards.grafana.panels import Planned
from dashboards.grafana.questions import curve, named, rows, total
from dashboards.grafana.titles import Title

NAME = Title("Printing", "打印")

_DONE = "\"state\" = 'completed'"
_FAILED = "(\"state\" = 'cancelled' OR \"state\" = 'aborted')"
_COULD = f'{_DONE} AND "duplexable" = true'

PANELS = (
    Planned(Title("Sheets", "纸张数"), "number", [total('sum("sheets")', "print_job", where=_DONE)], width=6, height=5),
    Planned(
        Title("Jobs whose sheets are known", "纸张数已知的作业"),
        "number",
        [total('count("sheets")', "print_job", where=_DONE)],
        width=6,
        height=5,
    ),
    Planned(
        Title("Jobs whose sheets nobody can tell", "纸张数未知的作业"),
        "number",
        [total('count("unknown_because")', "print_job", where=_DONE)],
        width=6,
        height=5,
    ),
    Planned(
        Title("Cancelled or aborted jobs", "已取消或中止的作业"),
        "number",
        [total('count("job")', "print_job", where=_FAILED)],
        width=6,
        height=5,
    ),
    Planned(
        Title("Sheets by department and day", "各部门每日纸张数"),
        "bars",
        [curve('sum("sheets")', "print_job", by=["department"], window="1d", where=_DONE)],
    ),
    Planned(
        Title("Impressions that could be two-sided: yes, no, unknown", "可双面打印的页面：双面、单面、未知"),
        "bars",
        [
            named(
                curve('sum("impressions")', "print_job", window="1d", where=f"{_COULD} AND \"two_sided\" = '{word}'"),
                word,
            )
            for word in ("yes", "no", "unknown")
        ],
        about=Title(
            "Jobs of one page are not in it: nobody can print them on both sides.", "不含单页作业，单页无法双面打印。"
        ),
    ),
    Planned(
        Title("Sheets by printer", "各打印机纸张数"),
        "ranking",
        [total('sum("sheets")', "print_job", by=["printer"], where=_DONE)],
    ),
    Planned(
        Title("Latest jobs", "最近的作业"),
        "rows",
        [rows(["printer", "department", "state", "copies", "pages", "two_sided", "colour", "sheets"], "print_job")],
    ),
)
