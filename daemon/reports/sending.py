"""What has to be sent now, and how that is told apart from what was: read out of the log of a month, never remembered.

Before a letter leaves, `sending` is in the log; after it was taken, `sent`. Whoever finds a `sending` without an answer was
ended in between and cannot know: the letter goes again with the same Message-ID and says so. Pure.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from daemon.reports.archive import Note

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
"""After each failure it is tried again, the last one again and again until GIVE_UP."""
GIVE_UP = timedelta(days=14)


class Standing(msgspec.Struct, frozen=True):
    """One recipient and one revision. `round` counts how often somebody asked for it again; `is_doubtful`: see above."""

    is_sent: bool = False
    is_doubtful: bool = False
    due_at: datetime | None = None
    round: int = 0
    sent_at: datetime | None = None


def standing(notes: Sequence[Note], revision: int, to: str) -> Standing:
    """What the log says. `due_at` None: at once."""
    failures, found = 0, Standing()
    for note in notes:
        if note.revision != revision or note.to not in {to, ""}:
            continue
        if note.what == "asked":
            failures, found = 0, Standing(round=found.round + 1)
        elif note.what == "sending":
            found = msgspec.structs.replace(found, is_doubtful=True)
        elif note.what == "sent":
            found = Standing(is_sent=True, round=found.round, sent_at=note.at)
        elif note.what == "failed":
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            found = Standing(due_at=note.at + pause, round=found.round)
    return found


def is_due(found: Standing, now: datetime, made_at: datetime) -> bool:
    """Whether it has to leave now. What nobody could be given for two weeks is given up, until somebody asks."""
    if found.is_sent or (found.due_at is not None and now < found.due_at):
        return False
    return now - made_at <= GIVE_UP or found.round > 0
