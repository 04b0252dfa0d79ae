"""Packs: every one that comes with officed loads, cites its source, and can be changed only where a site may."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from daemon.configuration.pack_files import load_pack, pack_names
from policies.packs import OverrideError, changed, read_pack, resolve
from policies.rules.setpoint_limit import SetpointLimit

SAMPLE = {
    "id": "ours",
    "title": {"en": "Ours"},
    "citation": {"document": "House rule 7"},
    "policies": [
        {"kind": "setpoint_limit", "name": "ours-setpoint", "grace": "4m"},
        {"kind": "after_hours_power", "name": "ours-power", "citation": {"document": "House rule 8"}},
    ],
}


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_that_comes_with_officed_is_complete(name: str) -> None:
    pack = load_pack(name)
    assert pack.id == name
    assert set(pack.title) == {"en", "zh_CN"}
    assert pack.citation.document
    assert pack.citation.link.startswith("http")
    assert all(policy.name.startswith(name) and policy.mode == "watch" for policy in pack.policies)


def test_the_chinese_setpoint_pack_says_26_and_20() -> None:
    (policy,) = load_pack("cn-2007-42").policies
    assert isinstance(policy, SetpointLimit)
    assert (policy.cooling_minimum_celsius, policy.heating_maximum_celsius) == (26.0, 20.0)


def test_no_two_packs_share_the_name_of_a_rule() -> None:
    names = [policy.name for pack in pack_names() for policy in load_pack(pack).policies]
    assert len(names) == len(set(names))


def test_a_rule_inherits_the_citation_unless_it_has_its_own() -> None:
    policies = resolve(read_pack(SAMPLE), "watch", {})
    assert [policy.citation and policy.citation.document for policy in policies] == ["House rule 7", "House rule 8"]


def test_the_mode_of_the_site_holds_for_all_rules_but_those_it_changes() -> None:
    policies = resolve(read_pack(SAMPLE), "enforce", {"ours-power": {"mode": "watch"}})
    assert [policy.mode for policy in policies] == ["enforce", "watch"]


def test_a_change_leaves_the_other_keys_alone() -> None:
    (first, _) = resolve(read_pack(SAMPLE), "watch", {"ours-setpoint": {"cooling_minimum_celsius": "27"}})
    assert isinstance(first, SetpointLimit)
    assert (first.cooling_minimum_celsius, first.grace) == (27.0, timedelta(minutes=4))


@pytest.mark.parametrize("key", ["kind", "name", "citation"])
def test_what_makes_a_rule_itself_cannot_be_changed(key: str) -> None:
    policy = read_pack(SAMPLE).policies[0]
    with pytest.raises(OverrideError, match=f"{key} is the pack's"):
        changed(policy, {key: "after_hours_power"})


def test_a_change_is_checked_like_the_rule_it_makes() -> None:
    policy = read_pack(SAMPLE).policies[0]
    with pytest.raises(OverrideError, match="less than or equal to 5"):
        changed(policy, {"attempts": 99})


def test_a_pack_with_two_rules_of_one_name_is_refused() -> None:
    twice = SAMPLE | {"policies": [SAMPLE["policies"][0]] * 2}  # type: ignore[index]  # a literal of our own
    with pytest.raises(ValidationError, match="same name"):
        read_pack(twice)


def test_a_pack_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        load_pack("../../etc/passwd")
