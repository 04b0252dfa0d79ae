"""What no single policy can know: the zones there are, the names of the others, and what the packs hold."""

from collections.abc import Iterator

from daemon.configuration.device_checks import Complaint
from daemon.configuration.document import Document
from daemon.configuration.draft import Draft
from daemon.configuration.pack_files import load_pack, pack_names
from daemon.configuration.places import Path
from daemon.configuration.problem import Problem
from daemon.configuration.wording import choose, problem_at, problems_of
from policies.packs import OverrideError, changed
from policies.policy import Policy

_NAMES_ZONES = ("zones", "ventilation_zones")
_NAMES_DEVICES = ("contacts", "doors", "still_sensors")


def check_policies(draft: Draft) -> Iterator[Complaint]:
    """The site's own policies and the choice of packs."""
    named: dict[str, int] = {}
    for index, policy in draft.policies.items():
        yield from _names(("policies", index), policy, draft)
        first = named.setdefault(policy.name, index)
        if first != index:
            yield ("policies", index, "name"), f"is the name of policies[{first}] as well; every rule has its own"
    chosen: dict[str, int] = {}
    rules: dict[str, str] = {}
    for index, entry in draft.packs.items():
        path: Path = ("packs", index)
        if entry.pack not in pack_names():
            yield path, f"there is no pack {entry.pack}{choose(entry.pack, pack_names())}"
            continue
        first = chosen.setdefault(entry.pack, index)
        if first != index:
            yield path, f"{entry.pack} is already chosen in packs[{first}]; remove one"
            continue
        for policy in load_pack(entry.pack).policies:
            owner = rules.setdefault(policy.name, entry.pack)
            if owner != entry.pack:
                yield path, f"{entry.pack} and {owner} both have a rule {policy.name}; choose one of them"


def check_overrides(draft: Draft, document: Document) -> Iterator[Problem]:
    """What a site changes about a pack's policies, checked as the policies they become."""
    for index, entry in draft.packs.items():
        if entry.pack not in pack_names():
            continue
        policies = {policy.name: policy for policy in load_pack(entry.pack).policies}
        for name, change in entry.overrides.items():
            path: Path = ("packs", index, "overrides", name)
            if name not in policies:
                yield problem_at(document, path, f"{entry.pack} has no rule of this name{choose(name, list(policies))}")
                continue
            try:
                policy = changed(policies[name], change)
            except OverrideError as error:
                if isinstance(error.reason, str):
                    yield problem_at(document, path, error.reason)
                else:
                    yield from problems_of(error.reason, document, path)
                continue
            for where, what in _names(path, policy, draft):
                yield problem_at(document, where, what)


def _names(path: Path, policy: Policy, draft: Draft) -> Iterator[Complaint]:
    """Zones and devices that a rule names have to exist."""
    if policy.zones == ():
        yield (*path, "zones"), "names no zone, so the rule would hold nowhere; leave zones out for all"
    for key in _NAMES_ZONES:
        for index, zone in enumerate(getattr(policy, key, None) or ()):
            if zone not in draft.zones:
                yield (*path, key, index), f"names a zone that is not in zones{choose(zone, draft.zones)}"
    for key in _NAMES_DEVICES:
        for index, device in enumerate(getattr(policy, key, None) or ()):
            if device not in draft.device_ids:
                yield (*path, key, index), f"names a device that is not in devices{choose(device, draft.device_ids)}"
