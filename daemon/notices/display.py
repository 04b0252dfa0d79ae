"""A display in each zone: one retained message on `officed/<site>/zones/<zone>/notice`, cleared when the case is over.

For everybody who can read the broker, so it says what and when in both languages, and never who. Level-triggered: what the
topics should hold follows from the state, and only what differs is published.
"""

import logging
from collections.abc import Callable

import msgspec

from daemon.errors import BrokerUnavailable
from daemon.notices.notice import BOTH, sentence
from policies.control.case import Case
from policies.control.effects import Notify
from policies.control.sentences import leaves_at
from policies.state import State
from policies.words import Words
from sensors.device import ZoneId

_log = logging.getLogger(__name__)

Publish = Callable[[str, bytes], None]


class Display:
    """For whoever thinks: `look` with every new state."""

    def __init__(self, publish: Publish, connected: Callable[[], object]) -> None:
        self._publish, self._connected = publish, connected
        self._said: dict[ZoneId, bytes] = {}
        self._connection: object = None

    def look(self, state: State) -> None:
        """Show what holds, clear what is over. After a connect everything is said again."""
        connection = self._connected()
        if connection is None:
            return
        if connection != self._connection:
            self._connection, self._said = connection, {}
        wanted = dict.fromkeys((*self._said, *state.office.site.zones), b"") | _wanted(state)
        for zone, payload in wanted.items():
            if self._said.get(zone) == payload:
                continue
            try:
                self._publish(f"officed/{state.office.site.id}/zones/{zone}/notice", payload)
            except BrokerUnavailable:
                return
            self._said[zone] = payload


def _wanted(state: State) -> dict[ZoneId, bytes]:
    """The newest warning or tip of each zone that still holds, unless it is muted."""
    shown: dict[ZoneId, Case] = {}
    for case in state.cases.values():
        if case.warned and case.phase == "open" and (case.zone not in shown or shown[case.zone].since < case.since):
            shown[case.zone] = case
    desk, now = state.office.desk, state.stepped_at
    return {
        zone: _payload(state, case, words)
        for zone, case in shown.items()
        if (words := case.finding.tip if case.act_at is None else leaves_at(case.act_at)) is not None
        and not (now is not None and desk.mutes_case(zone, case.device, case.policy, now))
    }


def _payload(state: State, case: Case, words: Words) -> bytes:
    site = state.office.site
    notice = Notify(case.phase_since, "zone", case.zone, case.device, case.id, words, case.act_at)
    return msgspec.json.encode(
        {
            "since": case.phase_since,
            "act_at": case.act_at,
            "device": case.device,
            "text": {code: sentence(site, notice, code) for code in BOTH},
        }
    )
