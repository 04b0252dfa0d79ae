"""What the board needs from whoever lets people in by the company's own login (OpenID Connect), and what it says when they do not."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from policies.words import Words, say

Reason = Literal["unreachable", "busy", "stale", "denied", "invalid", "mail", "role"]
"""Why nobody was let in; the only thing about it that stands in an address."""


class Departure(NamedTuple):
    """`address` of the provider to send the browser to; `record`: a secret for its cookie, which it has to bring back."""

    address: str
    record: str


class Arrival(NamedTuple):
    """`session`: a secret for the cookie, as a login by password gives one. `back`: the page asked for at the start."""

    session: str
    back: str


class Provider(Protocol):
    """Both methods run on the web's loop, give it back while they wait, and answer within some ten seconds."""

    @property
    def name(self) -> str:
        """What people call it, for the button."""

    async def depart(self, back: str) -> Departure | Reason:
        """Begin a login."""

    async def arrive(self, record: str, answer: Mapping[str, str]) -> Arrival | Reason:
        """End it with what the browser has brought from the provider. Works once for each record."""


def sentence(reason: str, provider: str) -> Words | None:
    """What is said above the form; None: it is no reason."""
    sentences: Mapping[str, Words] = {
        "unreachable": say("{provider} does not answer now. A password works as ever.", provider=provider),
        "busy": say("Too many people log in with {provider} at once. Try again in a moment.", provider=provider),
        "stale": say("This login was too old, or was used before. Please try once more."),
        "denied": say("{provider} did not let you in, or you stopped there.", provider=provider),
        "invalid": say(
            "The answer of {provider} cannot be trusted, so nobody was logged in. The log says why.", provider=provider
        ),
        "mail": say("{provider} vouches for no mail address of yours that is allowed here.", provider=provider),
        "role": say("{provider} knows you, and you have no role here. Ask whoever runs officed.", provider=provider),
    }
    return sentences.get(reason)
