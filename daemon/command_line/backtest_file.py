"""The policies of a file, as they stand under `policies:` in office.yaml."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from policies.policy import Policy
from policies.rules.registry import AnyPolicy

_POLICY: TypeAdapter[Policy] = TypeAdapter(AnyPolicy)


def read_policies(path: Path) -> list[Policy]:
    """A list of them, one alone, or a mapping with `policies:`. Raises ValueError with all that is wrong."""
    try:
        found: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if isinstance(found, dict):
        found = found.get("policies", [found])
    entries = found if isinstance(found, list) else [found]
    policies: list[Policy] = []
    wrong: list[str] = []
    for number, entry in enumerate(entries):
        try:
            policies.append(_POLICY.validate_python(entry))
        except ValidationError as error:
            wrong += [f"{path}: [{number}].{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    if wrong:
        raise ValueError("\n".join(wrong))
    return policies
