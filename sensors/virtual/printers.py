"""Print jobs, page by page: what was asked for, what the printer really did, and what the print agent will say."""

import random
from dataclasses import dataclass
from typing import Literal

JobState = Literal["completed", "cancelled", "aborted"]


@dataclass(frozen=True, slots=True)
class Job:
    """One finished job. `sheets` is what left the tray; `impressions` are printed sides."""

    number: int
    state: JobState
    copies: int
    pages: int
    number_up: int
    wants_duplex: bool
    did_duplex: bool
    colour: bool
    user: str
    title: str
    impressions: int
    sheets: int

    @property
    def seconds(self) -> float:
        """12 s to start and 3 s a side."""
        return 12.0 + 3.0 * self.impressions


def print_pages(
    chance: random.Random, *, number: int, user: str, title: str, has_duplexer: bool, prefers_duplex: bool
) -> Job:
    """A job as an office makes them: half of them one or two pages, a few long ones, copies now and then."""
    pages = 1 if chance.random() < 0.38 else min(80, 1 + int(chance.expovariate(1 / 6.0)))
    copies = 1 if chance.random() < 0.88 else chance.choice((2, 2, 3, 5, 12))
    number_up = 2 if pages > 3 and chance.random() < 0.06 else 1
    wants_duplex = prefers_duplex if chance.random() < 0.85 else not prefers_duplex
    did_duplex = wants_duplex and has_duplexer
    state: JobState = chance.choices(("completed", "cancelled", "aborted"), weights=(95, 3, 2))[0]
    sides = 0
    sheets = 0
    sides_a_copy = -(-pages // number_up)
    jam_after = chance.randrange(copies * sides_a_copy) if state != "completed" else copies * sides_a_copy
    for _ in range(copies):
        for side in range(sides_a_copy):
            if sides == jam_after:
                break
            sides += 1
            if not did_duplex or side % 2 == 0:
                sheets += 1
    return Job(
        number=number, state=state, copies=copies, pages=pages, number_up=number_up, wants_duplex=wants_duplex,
        did_duplex=did_duplex, colour=chance.random() < 0.3, user=user, title=title, impressions=sides, sheets=sheets,
    )  # fmt: skip
