"""The whole of office.yaml: what IT changes rarely. What staff change daily is done on the board and kept elsewhere."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from daemon.configuration.connection_entries import (
    BoardEntry,
    BrokerEntry,
    InfluxdbEntry,
    JournalEntry,
    StoreEntry,
)
from daemon.configuration.device_entry import DeviceEntry
from daemon.configuration.home_assistant_entry import HomeAssistantEntry
from daemon.configuration.notice_entry import NoticeEntry
from daemon.configuration.oidc_entry import OidcEntry
from daemon.configuration.place_entries import CalendarEntry, SeasonEntry, SiteEntry, ZoneEntry
from daemon.configuration.printing_entry import PrintingEntry
from daemon.configuration.quantities import Slug
from daemon.configuration.reports_entry import ReportsEntry
from daemon.configuration.section import Section
from daemon.configuration.tariff_entry import EnergyEntry, TariffEntry
from policies.rules.registry import AnyPolicy

MAX_DEVICES = 20_000


class PackEntry(Section):
    """A pack, with what this site has decided about it."""

    pack: Slug = Field(description="name of the pack, such as cn-2007-42")
    mode: Literal["watch", "enforce"] = Field(
        default="watch", description="watch: say what it would do; enforce: do it"
    )
    overrides: dict[str, dict[str, object]] = Field(
        default={}, description="by name of the pack's policy: keys that differ here, such as grace: 5m"
    )


def _form(value: object) -> str:
    return "name" if isinstance(value, str) else "entry"


Pack = Annotated[Annotated[Slug, Tag("name")] | Annotated[PackEntry, Tag("entry")], Discriminator(_form)]


class Configuration(Section):
    """office.yaml, valid: every key known, every value in range, every reference met. Paths are absolute."""

    site: SiteEntry = Field(description="the office as a whole")
    calendar: CalendarEntry = Field(default=CalendarEntry(), description="the site's own closed and open days")
    season: SeasonEntry = Field(default=SeasonEntry(), description="summer, winter, or between, and who says so")
    zones: dict[Slug, ZoneEntry] = Field(min_length=1, description="rooms and areas, by id")
    devices: dict[Slug, DeviceEntry] = Field(default={}, max_length=MAX_DEVICES, description="devices, by id")
    packs: tuple[Pack, ...] = Field(default=(), description="rules taken from a regulation, by name")
    policies: tuple[AnyPolicy, ...] = Field(
        default=(), description="rules of your own; one with the name of a pack's rule replaces it"
    )
    printing: PrintingEntry = Field(default=PrintingEntry(), description="what is wanted of the printing")
    energy: EnergyEntry = Field(default=EnergyEntry(), description="prices, targets and factors for the reports")
    tariffs: dict[Slug, TariffEntry] = Field(
        default={}, max_length=100, description="what a kWh costs, by name of the contract"
    )
    broker: BrokerEntry = Field(description="the MQTT broker")
    influxdb: InfluxdbEntry | None = Field(default=None, description="InfluxDB; left out: the embedded store is used")
    store: StoreEntry = Field(
        default_factory=StoreEntry, description="the embedded database, used where there is no influxdb"
    )
    board: BoardEntry = Field(default_factory=BoardEntry, description="the live board")
    oidc: OidcEntry | None = Field(
        default=None,
        description="the company's own login (OpenID Connect); left out: passwords of `officed users` alone",
    )
    notices: tuple[NoticeEntry, ...] = Field(default=(), description="where notices go")
    reports: ReportsEntry = Field(
        default_factory=ReportsEntry, description="the monthly report: when, where it is kept, who gets it"
    )
    home_assistant: HomeAssistantEntry | None = Field(
        default=None, description="our rooms and cases in Home Assistant; left out: it is told nothing"
    )
    journal: JournalEntry = Field(default_factory=JournalEntry, description="the local log of everything heard")

    @model_validator(mode="before")
    @classmethod
    def _files_beside_this_one(cls, data: object) -> object:
        """Parts that were left out are checked like empty ones, so that their default paths become absolute too."""
        return {"store": {}, "journal": {}, "board": {}, "reports": {}} | data if isinstance(data, dict) else data

    @property
    def pack_entries(self) -> tuple[PackEntry, ...]:
        """The packs in their long form."""
        return tuple(PackEntry(pack=pack) if isinstance(pack, str) else pack for pack in self.packs)
