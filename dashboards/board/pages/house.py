"""The pages about the board itself: who may log in, and how the system is."""

from datetime import datetime

from dashboards.board.door import Entry, Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.board.source import Source
from dashboards.views.system import system
from policies.state import State
from policies.words import say


class PeoplePage(Kind):
    """`/people`."""

    path = "/people"

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """What each role may do. Who has which stands in the forms: only those who are logged in see it."""
        del state, now, arguments, past
        return Drawn(title=say("People"), top={"roles": Part("roles.html", None)})

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """The list for admins, and the way out."""
        del state, now, arguments
        accounts = self._entry.accounts
        seen = accounts.everybody() if accounts is not None and person.is_at_least("admin") else ()
        return Part("people.html", (person, seen))


class HealthPage(Kind):
    """`/health`."""

    path = "/health"

    def __init__(self, source: Source) -> None:
        self._source = source

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """One sentence a part, then the numbers."""
        del arguments, past
        return Drawn(
            title=say("System"), top={"system": Part("system.html", system(self._source.health(), state, now))}
        )
