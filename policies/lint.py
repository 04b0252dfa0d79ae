"""What is valid and still wrong: a configuration that starts, and does not do what its writer meant.

Each fault has a place and a mend. Pure: what was heard comes in as an office, the instant as an argument.
"""

from collections.abc import Sequence
from datetime import datetime

from policies.lint_devices import device_faults
from policies.lint_fault import Fault
from policies.lint_heard import heard_faults
from policies.lint_places import place_faults
from policies.lint_rules import rule_faults
from policies.office.office import Office
from policies.policy import Policy


def lint(office: Office, policies: Sequence[Policy], now: datetime) -> list[Fault]:
    """All faults. An office without anything heard is judged by its configuration alone."""
    site = office.site
    return [
        *place_faults(site, now),
        *device_faults(site, policies),
        *rule_faults(site, policies),
        *heard_faults(office, now),
    ]
