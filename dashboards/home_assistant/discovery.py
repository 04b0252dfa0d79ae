"""The announcements: one device a room and one for the office, in Home Assistant's device-based form (2024.11 and later).

Source: Home Assistant, "MQTT discovery", "Device discovery payload". A part that is gone stays out of the retained config,
and Home Assistant keeps what it knew of it: so the config names it once more, with its platform alone.
"""

from collections.abc import Mapping
from typing import Final

from dashboards.home_assistant.places import PRESSED, command_topic, press_topic, state_topic, unique_id
from policies.office.site import Site
from policies.state import State
from sensors.device import ZoneId

Config = Mapping[str, object]
_ORIGIN: Final = {"name": "officed"}
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "problem": {"en": "{rule}", "zh_CN": "{rule}"},
    "acts": {"en": "{rule} acts by itself", "zh_CN": "{rule} 自动执行"},
    "recheck": {"en": "Check everything again now", "zh_CN": "立即重新检查"},
    "cases": {"en": "Open cases", "zh_CN": "未结违规"},
    "breaking": {"en": "Rooms that break a rule", "zh_CN": "违规房间数"},
    "after_hours_kwh": {"en": "Energy after hours this month", "zh_CN": "本月下班后用电量"},
    "duplex_percent": {"en": "Printed on both sides this month", "zh_CN": "本月双面打印率"},
    "sheets": {"en": "Sheets printed this month", "zh_CN": "本月打印纸张数"},
}
_COUNT: Final = {"state_class": "measurement"}
_SENSORS: Final[Mapping[str, Config]] = {
    "breaking": _COUNT,
    "cases": _COUNT,
    "after_hours_kwh": {
        "device_class": "energy",
        "state_class": "total_increasing",
        "unit_of_measurement": "kWh",
        "suggested_display_precision": 1,
    },
    "duplex_percent": {"state_class": "measurement", "unit_of_measurement": "%", "suggested_display_precision": 0},
    "sheets": {"state_class": "total_increasing"},
}


def room_config(state: State, zone: ZoneId) -> Config:
    """A room: a problem for each rule that holds there, and how many cases are open."""
    site = state.office.site
    parts = {
        f"problem-{policy.name}": _problem(site, zone, policy.name)
        for policy in state.policies
        if policy.concerns(zone)
    }
    return _device(site, zone, {**parts, "cases": _sensor(site, zone, "cases")})


def office_config(state: State, *, may_arm: bool) -> Config:
    """The office as a whole: counts, the month's figures and, where that is allowed, what can be told to it.

    That is a switch for each rule, and a button that has everything judged again.
    """
    site = state.office.site
    told = {f"acts-{policy.name}": _switch(site, policy.name) for policy in state.policies}
    told["recheck"] = _button(site)
    return _device(site, None, {**{what: _sensor(site, None, what) for what in _SENSORS}, **(told if may_arm else {})})


def taking_back(before: Config, after: Config) -> Config:
    """`after`, naming once more what only `before` had: with its platform alone, which removes it."""
    old, new = before.get("components"), after.get("components")
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return after
    gone = {
        name: {"platform": part["platform"]} for name, part in old.items() if name not in new and "platform" in part
    }
    return {**after, "components": {**new, **gone}} if gone else after


def _device(site: Site, zone: ZoneId | None, parts: Mapping[str, Config]) -> Config:
    office = _named(site.names, site.language, site.id)
    there = None if zone is None else site.zones[zone]
    name = office if there is None else _named(there.names, site.language, there.id)
    about: dict[str, object] = {
        "identifiers": [unique_id(site.id, zone, "device")],
        "name": name,
        "manufacturer": "officed",
        "model": "office" if zone is None else "room",
    }
    if zone is not None:
        about |= {"via_device": unique_id(site.id, None, "device"), "suggested_area": name}
    return {
        "device": about,
        "origin": _ORIGIN,
        "availability_topic": f"officed/{site.id}/status",
        "state_topic": state_topic(site.id, zone),
        "components": parts,
    }


def _problem(site: Site, zone: ZoneId, policy: str) -> Config:
    return {
        "platform": "binary_sensor",
        "unique_id": unique_id(site.id, zone, f"problem.{policy}"),
        "name": _NAMES["problem"][site.language].format(rule=policy),
        "device_class": "problem",
        "value_template": f"{{{{ value_json.problems['{policy}'] }}}}",
        "json_attributes_topic": state_topic(site.id, zone),
        "json_attributes_template": f"{{{{ value_json.reasons['{policy}'] | tojson }}}}",
    }


def _sensor(site: Site, zone: ZoneId | None, what: str) -> Config:
    return {
        "platform": "sensor",
        "unique_id": unique_id(site.id, zone, what),
        "name": _NAMES[what][site.language],
        "value_template": f"{{{{ value_json.{what} }}}}",
        **_SENSORS[what],
    }


def _switch(site: Site, policy: str) -> Config:
    return {
        "platform": "switch",
        "unique_id": unique_id(site.id, None, f"acts.{policy}"),
        "name": _NAMES["acts"][site.language].format(rule=policy),
        "entity_category": "config",
        "value_template": f"{{{{ value_json.acts['{policy}'] }}}}",
        "command_topic": command_topic(site.id, policy),
        "optimistic": False,
        "qos": 1,
    }


def _button(site: Site) -> Config:
    return {
        "platform": "button",
        "unique_id": unique_id(site.id, None, "recheck"),
        "name": _NAMES["recheck"][site.language],
        "command_topic": press_topic(site.id),
        "payload_press": PRESSED,
        "retain": False,
        "qos": 1,
    }


def _named(names: Mapping[str, str], language: str, fallback: str) -> str:
    return names.get(language) or names.get("en") or fallback
