"""Compliance, setpoint and room air apart; what was done, what was held back and why; leave and exemptions; the evidence."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from dashboards.report.annex import Annex
from dashboards.report.document import Amount, Block, Cell, Paragraph, Section, Table
from dashboards.report.summary import percent
from dashboards.report.vocabulary import REFUSALS, STATES, word
from policies.accounting.deeds import Compliance
from policies.accounting.month import Month
from policies.words import Words, say
from sensors.device import DeviceId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def compliance(month: Month, annex: Annex) -> Section:
    """Two facts that are never mixed: what units were set to, and how warm rooms were."""
    return Section("compliance", say("Compliance"), tuple(_compliance(month, annex)))


def _compliance(month: Month, annex: Annex) -> Iterator[Block]:
    yield Table(
        "compliance",
        say("Within the rules"),
        (say("Rule"), say("Within"), say("Hours of violation"), say("Hours running"), say("Cases")),
        (_row(say("setpoint"), month.setpoint), _row(say("room air"), month.room)),
        say("By the running time of the air conditioners, from the first second of a violation on."),
    )
    if month.setpoint.worst:
        rows = tuple((annex.device(name), Amount("hours", hours)) for name, hours in month.setpoint.worst)
        yield Table("worst_setpoints", say("Most hours of violation"), (say("Device"), say("Hours")), rows)
    if month.setpoint.left_out:
        yield Paragraph(
            say(
                "Units that say nothing between two commands (infrared) are in no figure here: {devices}.",
                devices=len(month.setpoint.left_out),
            ),
            "caution",
        )
    exempt: list[tuple[Cell, ...]] = [
        (
            annex.zone(each.zone),
            None if each.device is None else annex.device(each.device),
            each.reason,
            each.approved_by,
            each.document,
            each.until,
        )
        for each in annex.exemptions
    ]
    heads = (say("Room"), say("Device"), say("Reason"), say("Approved by"), say("Document"), say("Until"))
    yield Table("exemptions", say("Exemptions"), heads, tuple(exempt))


def deeds(month: Month, annex: Annex) -> Section:
    """What was done."""
    found = month.deeds
    leave = tuple((annex.zone(zone), Amount("number", float(count))) for zone, count in sorted(annex.leave.items()))
    return Section(
        "actions",
        say("Actions and leave"),
        (
            _counts("cases_by_rule", say("Cases by rule"), say("Rule"), found.by_policy, {}),
            _counts("cases_by_outcome", say("What became of them"), say("State"), found.outcomes, STATES),
            _counts("commands", say("Commands"), say("State"), found.commands, STATES),
            _counts("refusals", say("Held back, and why"), say("Reason"), found.refusals, REFUSALS),
            Table("leave", say("Leave that was asked for"), (say("Room"), say("Number")), leave),
        ),
    )


def evidence(month: Month, annex: Annex) -> Section:
    """Every case that counted, to be found again in the audit trail."""
    del month
    rows: list[tuple[Cell, ...]] = []
    for row in annex.cases:
        opened = row.at if row.opened_at_us is None else _EPOCH + timedelta(microseconds=row.opened_at_us)
        device = annex.device(DeviceId(row.device))
        closed = row.at if row.state == "closed" else None
        rows.append((row.case_id, opened, device, row.policy, word(STATES, row.state or ""), closed))
    return Section(
        "evidence",
        say("Evidence"),
        (
            Table(
                "cases",
                say("Cases of the month"),
                (say("Case"), say("Since"), say("Device"), say("Rule"), say("State"), say("Closed")),
                tuple(rows),
                say(
                    "Each case with its readings, commands and proofs is kept under this id; `officed verify-audit` checks the trail."
                ),
            ),
        ),
    )


def _row(what: Words, each: Compliance) -> tuple[Cell, ...]:
    hours = Amount("hours", each.violation_hours), Amount("hours", each.running_hours)
    return (what, percent(each.rate), *hours, Amount("number", float(each.cases)))


def _counts(key: str, title: Words, head: Words, counts: Mapping[str, int], names: Mapping[str, Words]) -> Table:
    rows = tuple((word(names, name), Amount("number", float(count))) for name, count in counts.items())
    return Table(key, title, (head, say("Number")), rows)
