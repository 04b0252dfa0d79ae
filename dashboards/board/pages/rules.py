"""The rules with who says so, and the season they go by; admins let them act, or only watch."""

from datetime import datetime

from dashboards.board.door import Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.rule_list import rule_list
from policies.office.requests import SetMode
from policies.state import State
from policies.words import say


class RulesPage(Kind):
    """`/rules`."""

    path = "/rules"

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """All of them."""
        del arguments, past
        season = Part("season.html", state.office.season(now))
        return Drawn(title=say("Rules"), top={"rules": Part("rules.html", rule_list(state)), "season": season})

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """One form for all: which rule, what it shall do, why."""
        del now, arguments
        rules = rule_list(state)
        return Part("rule_forms.html", rules) if rules and person.may(SetMode) else None
