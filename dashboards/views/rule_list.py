"""The rules that hold here: who says so, whether they act or only watch, and what they have found."""

from datetime import datetime

import msgspec

from policies.office.desk import Mode
from policies.policy import Policy
from policies.state import State


class Rule(msgspec.Struct, frozen=True):
    """One policy. `changed`: who has decided that it acts or watches, with why and when; None: the configuration has."""

    name: str
    kind: str
    mode: Mode
    document: str
    article: str
    titles: dict[str, str]
    link: str
    grace_seconds: float
    warn_seconds: float
    zones: int | None
    open_cases: int
    closed_cases: int
    changed: tuple[str, str, datetime] | None


def rule_list(state: State) -> tuple[Rule, ...]:
    """In the order of the configuration."""
    return tuple(_rule(policy, state) for policy in state.policies)


def _rule(policy: Policy, state: State) -> Rule:
    cited = policy.citation
    change = state.office.desk.modes.get(policy.name)
    link = cited.link if cited is not None else ""
    return Rule(
        name=policy.name,
        kind=policy.kind,
        mode=state.office.desk.mode_of(policy.name, policy.mode),
        document="" if cited is None else cited.document,
        article="" if cited is None else cited.article,
        titles={} if cited is None else cited.title,
        link=link if link.startswith(("https://", "http://")) else "",
        grace_seconds=policy.grace.total_seconds(),
        warn_seconds=policy.warn.total_seconds(),
        zones=None if policy.zones is None else len(policy.zones),
        open_cases=sum(case.policy == policy.name for case in state.cases.values()),
        closed_cases=sum(case.policy == policy.name for case in state.recent),
        changed=None if change is None else (change.who, change.why, change.at),
    )
