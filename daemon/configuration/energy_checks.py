"""What `energy` cannot know by itself: the tariffs there are, and the rows of the table of factors."""

from collections.abc import Iterator, Mapping

from daemon.configuration.device_checks import Complaint
from daemon.configuration.schema import Configuration
from daemon.configuration.table_files import bundled_factors, bundled_tariffs
from daemon.configuration.tariff_entry import TariffEntry
from daemon.configuration.wording import choose
from policies.office.tariff import Tariff


def check_energy(configuration: Configuration) -> Iterator[Complaint]:
    """Every name under `energy` that means nothing."""
    energy = configuration.energy
    if energy.tariff is not None and tariff_named(energy.tariff, configuration.tariffs) is None:
        known = [*configuration.tariffs, *bundled_tariffs()]
        yield ("energy", "tariff"), f"is not in tariffs{choose(energy.tariff, known)}"
    for name, entry in configuration.tariffs.items():
        if not entry.rows:
            yield ("tariffs", name, "rows"), "has no prices; copy them from the bill"
    rows = (*bundled_factors(), *energy.factors)
    regions = sorted({row.region for row in rows if row.kind == "electricity_co2"})
    if energy.region not in regions:
        yield (
            ("energy", "region"),
            f"has no CO₂ factor here; add yours to energy.factors{choose(energy.region, regions)}",
        )
    ids = [row.id for row in rows]
    for index, name in enumerate(energy.factors_on):
        if name not in ids:
            yield ("energy", "factors_on", index), f"is no row of the factors{choose(name, ids)}"


def tariff_named(name: str, own: Mapping[str, TariffEntry]) -> Tariff | None:
    """The site's own of this name, else the one that comes with officed."""
    if name in own:
        return own[name].tariff(name)
    return bundled_tariffs().get(name)
