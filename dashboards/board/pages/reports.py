"""`/reports`: each month's report with its revisions, what was sent to whom, and the forms of operators."""

from datetime import datetime

from dashboards.board.door import Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.report_shelf import FORMS, Desk
from policies.state import State
from policies.words import say


class ReportsPage(Kind):
    """Its value is swapped by whoever keeps the reports, so drawing reads nothing."""

    path = "/reports"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The newest month first."""
        del state, now, arguments, past
        return Drawn(title=say("Reports"), top={"reports": Part("reports.html", (self._desk.shelf(), FORMS))})

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """Make one, send one again."""
        del state, now, arguments
        shelf = self._desk.shelf()
        return Part("report_forms.html", shelf) if may_order(person) and (shelf.months or shelf.makeable) else None


def may_order(person: Person) -> bool:
    """Whether this person may have reports made and sent."""
    return "decide" in person.scopes and person.is_at_least("operator")
