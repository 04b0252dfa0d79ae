"""The pages of the board, one kind a class."""

from dashboards.board.page import Kind
from dashboards.board.pages.calendar import CalendarPage
from dashboards.board.pages.cases import CasesPage, OneCasePage
from dashboards.board.pages.devices import DevicesPage
from dashboards.board.pages.past import EnergyPage, PrintingPage
from dashboards.board.pages.rules import RulesPage
from dashboards.board.pages.zone import RoomPage

KINDS: tuple[Kind, ...] = (
    RoomPage(),
    CasesPage(),
    OneCasePage(),
    DevicesPage(),
    EnergyPage(),
    PrintingPage(),
    CalendarPage(),
    RulesPage(),
)
"""Those that need nothing but the state and the past; the first page and the wall's have the office's drawing as well."""
