"""Home Assistant's short keys and its `~`, written out: after this file a discovery config has long keys and whole topics.

Source: Home Assistant 2026.2 `components/mqtt/abbreviations.py` and `discovery.py`; only keys that we read are listed.
"""

from collections.abc import Mapping
from typing import Final

Config = Mapping[str, object]

_LONG: Final[Mapping[str, str]] = {
    "act_t": "action_topic",
    "act_tpl": "action_template",
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "cmd_off_tpl": "command_off_template",
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "cmps": "components",
    "cns": "connections",
    "curr_hum_t": "current_humidity_topic",
    "curr_hum_tpl": "current_humidity_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "def_ent_id": "default_entity_id",
    "dev": "device",
    "dev_cla": "device_class",
    "e": "encoding",
    "en": "enabled_by_default",
    "ent_cat": "entity_category",
    "ids": "identifiers",
    "mdl": "model",
    "mdl_id": "model_id",
    "mf": "manufacturer",
    "migr_discvry": "migrate_discovery",
    "mode_cmd_t": "mode_command_topic",
    "mode_cmd_tpl": "mode_command_template",
    "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template",
    "o": "origin",
    "obj_id": "object_id",
    "opt": "optimistic",
    "p": "platform",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pow_cmd_t": "power_command_topic",
    "pow_cmd_tpl": "power_command_template",
    "stat_cla": "state_class",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_t": "state_topic",
    "stat_tpl": "state_template",
    "stat_val_tpl": "state_value_template",
    "t": "topic",
    "temp_cmd_t": "temperature_command_topic",
    "temp_cmd_tpl": "temperature_command_template",
    "temp_hi_cmd_t": "temperature_high_command_topic",
    "temp_hi_cmd_tpl": "temperature_high_command_template",
    "temp_hi_stat_t": "temperature_high_state_topic",
    "temp_hi_stat_tpl": "temperature_high_state_template",
    "temp_lo_cmd_t": "temperature_low_command_topic",
    "temp_lo_cmd_tpl": "temperature_low_command_template",
    "temp_lo_stat_t": "temperature_low_state_topic",
    "temp_lo_stat_tpl": "temperature_low_state_template",
    "temp_stat_t": "temperature_state_topic",
    "temp_stat_tpl": "temperature_state_template",
    "temp_unit": "temperature_unit",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}
_TOPIC_LENGTH: Final = 512


def written_out(config: Config, base: object = None) -> dict[str, object]:
    """The config with long keys and whole topics, its availability and device too. `base`: the `~` of what is around it."""
    long = _expanded(config)
    base = config.get("~", base)
    topics = _with_base(long, base) if isinstance(base, str) else long
    sources = topics.get("availability")
    if isinstance(sources, dict):
        sources = [sources]
    if isinstance(sources, list):
        expanded = [_expanded(one) for one in sources if isinstance(one, dict)]
        topics["availability"] = [_with_base(one, base) if isinstance(base, str) else one for one in expanded]
    for part in ("device", "origin"):
        about = topics.get(part)
        if isinstance(about, dict):
            topics[part] = _expanded(about)
    return topics


def word(config: Config, key: str, otherwise: str = "") -> str:
    """A text, or a number or truth value as text; `otherwise` where there is none."""
    value = config.get(key)
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else otherwise


def topic(config: Config, key: str) -> str:
    """A topic that may be subscribed to or published on; empty for wildcards, the broker's own and all other nonsense."""
    value = config.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _TOPIC_LENGTH or not value.isprintable():
        return ""
    return "" if "+" in value or "#" in value or value.startswith("$") else value


def _expanded(config: Config) -> dict[str, object]:
    return {_LONG.get(key, key): value for key, value in config.items()}


def _with_base(config: dict[str, object], base: str) -> dict[str, object]:
    """`~` stands at the start or the end of a value whose key ends in "topic"; anywhere else it is an ordinary sign."""
    whole = dict(config)
    for key, value in config.items():
        if key.endswith("topic") and isinstance(value, str) and value:
            if value.startswith("~"):
                value = base + value[1:]  # noqa: PLW2901  the value is what is being written out
            if value.endswith("~"):
                value = value[:-1] + base  # noqa: PLW2901  as above
            whole[key] = value
    return whole
