"""What a month is held against, out of what the site has configured: factors, regions, target, tariff, and what each policy judges."""

from collections.abc import Iterable
from datetime import date

from policies.accounting.deeds import PolicyKind
from policies.accounting.month import Yardstick
from policies.accounting.tariff import pricing_of
from policies.office.factor import Factor
from policies.office.site import Site
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.room_air import RoomAir
from policies.rules.setpoint_limit import SetpointLimit

_KINDS: tuple[tuple[type[Policy], PolicyKind], ...] = (
    (SetpointLimit, "setpoint"),
    (RoomAir, "room"),
    (AfterHoursPower, "after_hours"),
)


def yardstick(site: Site, policies: Iterable[Policy], bundled: tuple[Factor, ...], year: int, month: int) -> Yardstick:
    """For one month. `bundled`: the rows that come with officed; the site's own take their place."""
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    pricing = pricing_of(site)
    return Yardstick(
        factors=site.energy.rows(bundled),
        regions=site.energy.regions,
        enabled=site.energy.turned_on,
        kinds={policy.name: _kind(policy) for policy in policies},
        target_kwh=site.energy.target_of_month(year, month),
        tariff_changes=pricing is not None and pricing.changes_within(first, after),
        tariff=site.energy.tariff,
        price_rows=() if pricing is None else pricing.rows_within(first, after),
    )


def _kind(policy: Policy) -> PolicyKind:
    return next((kind for type_, kind in _KINDS if isinstance(policy, type_)), "other")
