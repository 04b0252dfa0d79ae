"""The cases, and each with its evidence and what people have said about it."""

from datetime import datetime

from dashboards.board.decisions import case_of
from dashboards.board.door import Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.case_list import SHOWS, Show, case_list, case_page
from policies.office.requests import Acknowledge, AllowCrowd, Contest, Review, Silence
from policies.state import State
from policies.words import say


class CasesPage(Kind):
    """`/cases?show=…&zone=…`."""

    path = "/cases"
    query = ("show", "zone")

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The filter, then the list."""
        del now, past
        show: Show = next((name for name in SHOWS if name == arguments.get("show")), "open")
        found = case_list(state, show, arguments.get("zone", ""))
        return Drawn(
            title=say("Cases"),
            top={"filter": Part("case_filter.html", (found, SHOWS))},
            body={"list": Part("case_list.html", found)},
        )


class OneCasePage(Kind):
    """`/cases/ID`."""

    path = "/cases/{case}"

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The story above, its evidence below."""
        del past
        case = case_of(state, arguments["case"])
        if case is None:
            return None
        page = case_page(state, case, now)
        return Drawn(
            title=say("Case"),
            top={"head": Part("case_head.html", page)},
            body={"evidence": Part("case_evidence.html", page)},
        )

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """What this person may say about it."""
        case = case_of(state, arguments["case"])
        if case is None or not person.may(Contest):
            return None
        page = case_page(state, case, now)
        may = {
            "acknowledge": person.may(Acknowledge) and page.acknowledged is None and page.line.phase != "closed",
            "contest": page.contested is None,
            "review": person.may(Review) and page.line.is_contested,
            "mute": person.may(Silence) and page.line.phase != "closed",
            "crowd": person.may(AllowCrowd) and page.asks_of_many and page.line.phase != "closed",
        }
        return Part("case_forms.html", (page, may)) if any(may.values()) else None
