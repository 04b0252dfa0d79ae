"""What officed did, with what proves it; and what it will do next."""

from datetime import datetime
from itertools import islice
from typing import Literal

import msgspec

from dashboards.views.place import Named, device, was_done, was_told, will_do, zone
from policies.control.case import Case
from policies.state import State
from policies.words import Words, say

Proven = Literal["proved", "reported", "commanded", "waiting", "failed"]


class Correction(msgspec.Struct, frozen=True):
    """One command that left, and how far it is proved."""

    case: str
    at: datetime
    zone: Named
    device: Named
    did: Words
    proven: Proven
    proof: Words


class Planned(msgspec.Struct, frozen=True):
    """The next thing that happens by itself. `zone` and `device` None: rooms close or open."""

    at: datetime
    words: Words
    zone: Named | None = None
    device: Named | None = None


def corrections(state: State, at_most: int = 8) -> tuple[Correction, ...]:
    """The last commands, newest first: of cases still open and of those closed lately."""
    cases = [case for case in (*state.cases.values(), *state.recent) if case.command is not None]
    cases.sort(key=lambda case: case.command.issued_at if case.command is not None else case.since, reverse=True)
    return tuple(islice((made for case in cases if (made := correction(case, state)) is not None), at_most))


def planned(state: State, closing: datetime | None, *, closes: bool) -> Planned | None:
    """The earliest of: a command that goes out by itself, and `closing`, when rooms close (or open)."""
    first: Planned | None = None
    for case in state.cases.values():
        if case.phase != "open" or case.act_at is None or case.finding.remedy is None:
            continue
        if first is None or case.act_at < first.at:
            site = state.office.site
            place, thing = zone(site, case.zone), device(site, case.device)
            first = Planned(case.act_at, will_do(case.finding.remedy), place, thing)
    if first is None and closing is not None:
        return Planned(closing, say("rooms close") if closes else say("rooms open"))
    return first


def correction(case: Case, state: State) -> Correction | None:
    """The case's last command and what became of it; None where nothing was told."""
    if case.command is None:
        return None
    proven, proof = _proof(case)
    remedy = case.command.remedy
    site = state.office.site
    return Correction(
        case=case.id,
        at=case.command.issued_at,
        zone=zone(site, case.zone),
        device=device(site, case.device),
        did=was_done(remedy) if proven in {"proved", "reported"} else was_told(remedy),
        proven=proven,
        proof=proof,
    )


def _proof(case: Case) -> tuple[Proven, Words]:
    if case.phase in {"stuck", "escalated"}:
        return "failed", say("not proved")
    if case.closed_at is None or case.command is None:
        return "waiting", say("waiting for the proof")
    took = (case.closed_at - case.command.issued_at).total_seconds()
    match case.outcome:
        case "proved":
            return "proved", say("proved after {took_seconds}", took_seconds=took)
        case "reported":
            return "reported", say("reported after {took_seconds}, not measured", took_seconds=took)
        case "commanded":
            return "commanded", say("commanded; this device cannot be proved")
        case _:
            return "waiting", say("went away by itself before the proof")
