"""What the codes of the figures are called: times, periods of a tariff, methods, refusals, what became of a case or a command."""

from collections.abc import Mapping

from dashboards.views.energy import TIMES
from policies.accounting.day_types import DayType
from policies.words import Words, say

DAY_TYPES: Mapping[DayType, Words] = TIMES
PERIODS: Mapping[str, Words] = {
    "critical_peak": say("critical peak"),
    "peak": say("peak"),
    "flat": say("flat"),
    "valley": say("valley"),
    "deep_valley": say("deep valley"),
}
METHODS: Mapping[str, Words] = {
    "slot_median": say("against the same quarters of comparable days without control"),
    "regression": say("against what the weather and the setting explain"),
    "deemed": say("by a published value"),
    "no_baseline": say("no comparable days"),
    "no_meter": say("no meter"),
    "already_off": say("it was off already"),
    "not_heard": say("the device was not heard"),
    "not_proved": say("the correction was not proved"),
    "counted_elsewhere": say("counted with another action"),
}
REFUSALS: Mapping[str, Words] = {
    "shadow": say("the rule only watches"),
    "exempt": say("exempt"),
    "never_off": say("may never be switched off"),
    "not_switchable": say("nobody has allowed switching it"),
    "inverter_plug": say("an inverter air conditioner is not cut at the plug"),
    "override": say("somebody has asked for leave"),
    "occupied": say("somebody was there"),
    "unknown_day": say("a day without official dates"),
    "busy": say("at work"),
    "busy_stale": say("its word that it is at work is old"),
    "busy_unknown": say("nobody could say whether it was at work"),
    "compressor": say("its compressor needed a pause"),
    "give_way": say("people changed it back too often"),
    "write_rate": say("too many commands an hour"),
    "gateway_rate": say("its gateway takes commands one by one"),
    "blast_radius": say("more devices at once than expected"),
    "hold_out": say("left alone to keep the comparison true"),
    "no_remedy": say("nothing could be sent"),
    "not_sent": say("the broker did not take it"),
    "no_words": say("its family has no words for it"),
}
STATES: Mapping[str, Words] = {
    "pending": say("being watched"),
    "open": say("not settled yet"),
    "acting": say("being corrected"),
    "stuck": say("stuck"),
    "escalated": say("handed to a person"),
    "suspended": say("suspended"),
    "closed": say("settled"),
    "sent": say("sent"),
    "commanded": say("commanded"),
    "reported": say("confirmed by its own word"),
    "proved": say("proved"),
    "failed": say("failed"),
    "expired": say("expired"),
    "dropped": say("dropped"),
}


def word(names: Mapping[str, Words], code: str) -> Words | str:
    """A code's words; the code itself where it has none."""
    return names.get(code, code)
