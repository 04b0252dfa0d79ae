"""A pack: the policies of one regulation, each with its citation, and what a site changes about them.

Pure: a pack comes in as a parsed mapping; who reads files is the daemon's business.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from policies.policy import Citation, Policy
from policies.rules.registry import AnyPolicy

Change = Mapping[str, object]

_POLICY: TypeAdapter[Policy] = TypeAdapter(AnyPolicy)
_FIXED = ("kind", "name", "citation")


class Pack(BaseModel):
    """One regulation: who says it, and the rules it comes down to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="name of the pack, the same as its file's")
    title: dict[str, str] = Field(min_length=1, description="title by language")
    citation: Citation = Field(description="the regulation; a rule without a citation of its own inherits it")
    ladder: dict[Literal["owner", "manager", "lead"], dict[str, str]] = Field(
        default={}, description="what the regulation's text adds to notices for owner, manager and lead, by language"
    )
    policies: tuple[AnyPolicy, ...] = Field(min_length=1, description="the rules, each under a name of its own")

    @model_validator(mode="after")
    def _names_once(self) -> "Pack":
        names = [policy.name for policy in self.policies]
        if len(set(names)) < len(names):
            raise ValueError("two policies of a pack have the same name")
        return self


class OverrideError(Exception):
    """A site's change does not fit its pack: the policy it is for (empty: none of that name) and pydantic's reasons."""

    def __init__(self, policy: str, reason: ValidationError | str) -> None:
        self.policy = policy
        self.reason = reason
        super().__init__(f"{policy}: {reason}")


def read_pack(mapping: Mapping[str, object]) -> Pack:
    """A pack from its parsed file. Raises pydantic's ValidationError."""
    return Pack.model_validate(mapping)


def changed(policy: Policy, change: Change) -> Policy:
    """A pack's policy with a site's keys in place of its own. Raises OverrideError."""
    fixed = [key for key in _FIXED if key in change]
    if fixed:
        raise OverrideError(policy.name, f"{fixed[0]} is the pack's and cannot be changed here")
    try:
        return _POLICY.validate_python({**policy.model_dump(exclude_unset=True), **change})
    except ValidationError as error:
        raise OverrideError(policy.name, error) from error


def resolve(pack: Pack, mode: Literal["watch", "enforce"], changes: Mapping[str, Change]) -> tuple[Policy, ...]:
    """The pack's policies as this site wants them: its mode, its changes, the pack's citation where there is no own.

    A change may set another `mode` for its one policy. Changes for policies that the pack does not have are ignored
    here; the configuration has refused them before.
    """
    return tuple(changed(_based_on(policy, pack, mode), changes.get(policy.name, {})) for policy in pack.policies)


def _based_on(policy: Policy, pack: Pack, mode: Literal["watch", "enforce"]) -> Policy:
    return policy.model_copy(
        update={"mode": mode, "citation": policy.citation or pack.citation, "ladder": policy.ladder or pack.ladder}
    )
