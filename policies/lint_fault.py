"""A fault that a valid configuration can have: where, what is wrong, and how it is mended."""

from typing import Literal

import msgspec

from policies.words import Words

Section = Literal["site", "calendar", "zones", "devices", "policies"]


class Fault(msgspec.Struct, frozen=True):
    """`section`, `name` and `key` say where in office.yaml; an empty name is the section itself, an empty key the entry."""

    code: str
    section: Section
    name: str
    key: str
    what: Words
    mend: Words
