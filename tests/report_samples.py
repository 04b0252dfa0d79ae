"""A small report made by hand, with every kind of block, hostile names and figures that nobody knows."""

from datetime import UTC, date, datetime

from dashboards.report.document import (
    Amount,
    Cell,
    Document,
    Fact,
    Facts,
    Figure,
    Name,
    Paragraph,
    Section,
    Series,
    Signature,
    Table,
)
from policies.words import say

HOSTILE = '<script>#import "x"=1+1'
FORMULA = '=HYPERLINK("x")'
MADE_AT = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
DEVICE = Name("f3-ac-1", {"en": "Room 302 air conditioner", "zh_CN": "三层302室空调"})


def sample(annex_rows: int = 3) -> Document:
    """October 2026 of a small office in Shanghai; `annex_rows` cases in its evidence."""
    return Document(
        site=Name("hq", {"en": f"Head office {HOSTILE}", "zh_CN": f"总部 {HOSTILE}"}),
        timezone="Asia/Shanghai",
        year=2026,
        month=10,
        revision=1,
        made_at=MADE_AT,
        currency="CNY",
        signature=Signature(responsible="张三", prepared_by=""),
        summary=_summary(),
        sections=(_energy(), _evidence(annex_rows)),
        statutory=Table(
            "statutory",
            say("For the statistics of public institutions"),
            (say("Item"), say("Quantity"), say("Cost")),
            (
                (say("Electricity (kWh)"), Amount("number", 12345.6), Amount("amount", 9876.5)),
                (say("Water (m³)"), Amount("number", None), Amount("amount", None)),
            ),
            say(
                "Officed measures electricity; what it cannot know stays empty. Paper is not part of these statistics."
            ),
        ),
    )


def _summary() -> Section:
    return Section(
        "summary",
        say("Summary"),
        (
            Facts(
                (
                    Fact(
                        say("Energy used"),
                        Amount("kwh", 12345.6),
                        say("{less_percent} less than the month before", less_percent=8.0),
                    ),
                    Fact(say("Avoided, measured"), Amount("kwh", None)),
                    Fact(say("Sheets printed"), Amount("number", 4210.0)),
                )
            ),
            Paragraph(
                say(
                    "The target of {target_kwh} was kept, with {under_percent} to spare",
                    target_kwh=13000.0,
                    under_percent=5.0,
                ),
                "headline",
            ),
            Paragraph(say("no device with a meter was heard"), "caution"),
            Paragraph(say("The tariff changed within the month; each quarter of an hour has its own day's price.")),
        ),
    )


def _energy() -> Section:
    days = tuple(str(day) for day in range(1, 32))
    by_load: tuple[tuple[Cell, ...], ...] = (
        (say("Electricity (kWh)"), Amount("kwh", 9000.0), Amount("amount", 7200.0), Amount("percent", 99.0)),
        (DEVICE, Amount("kwh", 3345.6), Amount("amount", 2676.5), Amount("percent", 95.0)),
        (HOSTILE, Amount("kwh", None), Amount("amount", None), Amount("percent", None)),
        (say("Total"), Amount("kwh", 12345.6), Amount("amount", 9876.5), Amount("percent", 97.0)),
    )
    return Section(
        "energy",
        say("Energy"),
        (
            Table(
                "energy_by_load",
                say("By end use and type of time"),
                (say("End use"), say("kWh"), say("Cost"), say("Known")),
                by_load,
                say("An end use of which less than nine tenths are known has no figure."),
            ),
            Figure(
                "energy_by_day",
                say("By day"),
                "stacked",
                "kwh",
                days,
                (
                    Series(say("peak"), tuple(150.0 + 7 * (number % 5) for number in range(31))),
                    Series(say("flat"), tuple(None if number == 9 else 90.0 + number for number in range(31))),
                    Series(say("critical peak"), tuple(40.0 - number % 3 for number in range(31))),
                ),
            ),
            Figure(
                "avoided_by_policy",
                say("By rule"),
                "bars",
                "kwh",
                ("after_hours_power", "setpoint", HOSTILE),
                (Series(say("measured"), (320.0, 145.5, None)),),
                low=(250.0, 90.0, None),
                high=(400.0, 201.0, None),
            ),
            Figure(
                "energy_by_hour",
                say("Mean energy by day of the week and hour"),
                "heat",
                "kwh",
                tuple(f"{hour:02d}" for hour in range(24)),
                tuple(
                    Series(say(name), tuple(None if hour == 4 else 2.0 + day + (hour - 3) % 12 for hour in range(24)))
                    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
                ),
            ),
            Paragraph(say("The whole office shows no significant change.")),
        ),
    )


def _evidence(rows: int) -> Section:
    cases: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"c-2026-10-{number:05d}" if number else FORMULA,
            datetime(2026, 10, 1 + number % 31, 11, 5, tzinfo=UTC),
            DEVICE if number else Name("x", {"en": HOSTILE}),
            "after_hours_power",
            say("closed"),
            date(2026, 10, 1 + number % 31) if number % 7 else None,
        )
        for number in range(rows)
    )
    return Section(
        "evidence",
        say("Evidence"),
        (
            Table(
                "cases",
                say("Cases of the month"),
                (say("Case"), say("Since"), say("Device"), say("Rule"), say("State"), say("Closed")),
                cases,
            ),
            Table("exemptions", say("Exemptions"), (say("Room"), say("Number")), ()),
        ),
    )
