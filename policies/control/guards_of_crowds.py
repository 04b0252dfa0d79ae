"""Guards that look beyond one device: how many at once, and how fast."""

from policies.control.case import Refusal
from policies.control.pace import free_at
from policies.control.request import Request
from policies.words import say

FEW = 10
"""So many devices are switched off without asking, whatever their share."""


def blast_radius(request: Request) -> Refusal | None:
    """More than the expected share of all its devices at once is no evening like others: a person is asked first.

    A wrong clock, calendar or group then costs a question, not an office. Leave to go on is a decision on the desk.
    """
    wanted, of = request.crowd
    share = request.policy.most_share
    if not request.is_off or request.case.attempts > 0 or wanted <= FEW or wanted <= of * share:
        return None
    if request.office.desk.allows_crowd(request.policy.name, request.now):
        return None
    return Refusal(
        "blast_radius",
        say("{number} of {total} devices at once: more than expected, somebody has to agree", number=wanted, total=of),
    )


def gateway_rate(request: Request) -> Refusal | None:
    """A radio gateway takes two commands a second; the largest loads go first."""
    if not request.device.gateway:
        return None
    at = free_at(request.memory.paced.get(request.device.gateway), request.now)
    if at <= request.now:
        return None
    return Refusal("gateway_rate", say("its gateway takes the next one at {until_at}", until_at=at), at)
