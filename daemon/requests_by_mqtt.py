"""Leave asked for over MQTT: `officed/<site>/request`, for wall panels, door buttons and scripts that know nothing but MQTT.

    {"zone": "east", "until": "2026-07-15T20:00:00+08:00", "why": "release", "who": "Li", "token": "..."}
    {"zone": "east", "minutes": 90, "why": "release", "token": "..."}

For whoever thinks (engine.py). A retained message asks for nothing, nor does one with `minutes` that waited at the broker. The answer goes
to `officed/<site>/request/answer`. What the client says about who it is, is marked as unchecked.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from daemon.errors import BrokerUnavailable
from dashboards.board.door import Person
from policies.control.refusing import refused
from policies.inputs import Asked
from policies.office.office import Office
from policies.office.requests import Extend
from policies.words import Words, say
from sensors.device import DeviceId, ZoneId
from sensors.messages import Message, Outgoing

_log = logging.getLogger(__name__)

Allowed = Literal["off", "token", "acl"]
"""`token`: an API token in the message. `acl`: whoever the broker lets publish there may."""
LONGEST_LEAVE = timedelta(hours=24)
MOST_BYTES = 2000
MOST_A_MINUTE = 30
_LONGEST_WHY = 200
_LONGEST_WHO = 60
_MINUTE = timedelta(minutes=1)


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message. Exactly one of `until` (with its offset) and `minutes`; `id` comes back in the answer."""

    zone: str
    why: str = ""
    until: datetime | None = None
    minutes: int | None = None
    device: str | None = None
    who: str = ""
    token: str = ""
    id: str = ""


class RequestsByMqtt:
    """`topic` is the one to subscribe to. `bearer` knows tokens; `send` publishes the answer."""

    def __init__(
        self, site: str, allowed: Allowed, bearer: Callable[[str], Person | None], send: Callable[[Outgoing], None]
    ) -> None:
        self.topic = f"officed/{site}/request"
        self._allowed, self._bearer, self._send = allowed, bearer, send
        self._lately: deque[datetime] = deque()

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What to listen to."""
        return () if self._allowed == "off" else (self.topic,)

    def hear(self, message: Message, office: Office, now: datetime) -> Asked | None:
        """What the message asks for; None where it is refused, and the client is told why."""
        if self._allowed == "off" or not message.payload:
            return None
        body, answer = self._judged(message, office, now)
        words = None if isinstance(answer, Asked) else answer
        self._answer(body, words)
        if isinstance(answer, Asked):
            return answer
        _log.info("request by MQTT refused: %s", answer)
        return None

    def asked(self, message: Message, office: Office, now: datetime) -> Sequence[Asked]:
        """The same as the engine takes it in."""
        heard = self.hear(message, office, now)
        return () if heard is None else (heard,)

    def _judged(self, message: Message, office: Office, now: datetime) -> tuple[Body | None, Asked | Words]:
        if message.retained:
            return None, say("A retained message asks for nothing.")
        if len(message.payload) > MOST_BYTES:
            return None, say("The request is too long.")
        while self._lately and now - self._lately[0] >= _MINUTE:
            self._lately.popleft()
        if len(self._lately) >= MOST_A_MINUTE:
            return None, say("Too many requests; try again in a minute.")
        self._lately.append(now)
        try:
            body = msgspec.json.decode(message.payload, type=Body)
        except msgspec.MsgspecError:
            return None, say("The request cannot be read.")
        who = self._who(body)
        if who is None:
            return body, say("This token may not extend.")
        return body, self._wish(body, who, message, office, now)

    def _wish(self, body: Body, who: str, message: Message, office: Office, now: datetime) -> Asked | Words:
        site, zone = office.site, ZoneId(body.zone)
        if zone not in site.zones:
            return say("There is no such room.")
        device = None if body.device is None else DeviceId(body.device)
        if device is not None and (device not in site.devices or site.devices[device].zone != zone):
            return say("There is no such device in this room.")
        until = _until(body, message, now)
        if until is None or not timedelta() < until - now <= LONGEST_LEAVE:
            return say("Choose how long: up to a day, from now on.")
        name = f"mqtt-{who}-{zone}-{device or ''}"
        wish = Extend(name, zone, until, _plain(body.why, _LONGEST_WHY), device)
        return refused(office, wish, who, now) or Asked(wish, who)

    def _who(self, body: Body) -> str | None:
        said = _plain(body.who, _LONGEST_WHO)
        if body.token:
            person = self._bearer(body.token)
            if person is None or not person.may(Extend):
                return None
            return f"{person.name} for “{said}” (unchecked)" if said else person.name
        if self._allowed != "acl":
            return None
        return f"“{said or 'MQTT'}” (unchecked)"

    def _answer(self, body: Body | None, refusal: Words | None) -> None:
        payload = {
            "id": "" if body is None else body.id[:64],
            "granted": refusal is None,
            "why": "" if refusal is None else str(refusal),
        }
        try:
            self._send(Outgoing(f"{self.topic}/answer", msgspec.json.encode(payload)))
        except BrokerUnavailable as trouble:
            _log.info("request by MQTT: the answer did not leave: %s", trouble)


def _until(body: Body, message: Message, now: datetime) -> datetime | None:
    if (body.until is None) == (body.minutes is None):
        return None
    if body.minutes is not None:
        return now + timedelta(minutes=body.minutes) if not message.backlog and 0 < body.minutes <= 1440 else None  # noqa: PLR2004  a day
    return body.until.astimezone(UTC) if body.until is not None and body.until.tzinfo is not None else None


def _plain(text: str, most: int) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:most]
