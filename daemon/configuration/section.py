"""What all parts of office.yaml have in common: unknown keys are errors, and a part never changes."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One mapping of office.yaml; its fields are the keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, validate_default=True
    )


def one_of(first: object, second: object, first_key: str, second_key: str) -> None:
    """Exactly one of two keys: raises ValueError that names both."""
    if (first is None) == (second is None):
        what = "not both" if first is not None else "one of them is needed"
        raise ValueError(f"give {first_key} or {second_key}; {what}")
