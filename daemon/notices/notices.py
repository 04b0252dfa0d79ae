"""Notices to people: who hears of what, in which language, once, and not at night unless it cannot wait."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from daemon.configuration.notice_entry import NoticeEntry
from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.notices.delivery import Delivery, Send, by_apprise
from daemon.notices.display import Display
from daemon.notices.letter import Letter
from daemon.notices.notice import Recipient, codes, plain, sentence, written
from daemon.notices.spool import Spool
from policies.control.effects import Notify
from policies.state import State
from policies.words import Words, say
from sensors.device import ZoneId

_log = logging.getLogger(__name__)

DOUBT = say("You may have this notice already: officed was ended while it was being sent.")

LinkTo = Callable[[Notify], str]
"""The one-tap link for a notice; empty where it gets none."""


class Notices:
    """`__call__` and `look` by whoever thinks; both return at once. `configure` and `announce` from any thread."""

    def __init__(
        self,
        state: Callable[[], State],
        now: Callable[[], datetime],
        environment: Mapping[str, str],
        apprise: Callable[[Sequence[str]], Sequence[Send]] = by_apprise,
    ) -> None:
        self._state, self._now, self._environment, self._apprise = state, now, environment, apprise
        self._recipients: tuple[Recipient, ...] = ()
        self.delivery = Delivery((), Spool(self._is_over), now)
        self.display: Display | None = None
        self.link_to: LinkTo = lambda _: ""

    def configure(self, configuration: Configuration) -> None:
        """These addresses from now on. Raises ConfigError, and then the old ones stay."""
        entries = configuration.notices
        urls = [self._address(entry) for entry in entries]
        names = [hashlib.sha256(url.encode()).hexdigest()[:24] for url in urls]
        self.delivery.addresses(self._apprise(urls), names)
        language = configuration.site.language
        self._recipients = tuple(
            _recipient(entry, number, language, names[number]) for number, entry in enumerate(entries)
        )

    def __call__(self, notice: Notify) -> None:
        """Tell them."""
        state = self._state()
        site, now = state.office.site, self._now()
        _log.info("notice to %s: %s", notice.to, sentence(site, notice, site.language))
        policy = next((one for one in state.policies if notice.case.startswith(f"{one.name}/")), None)
        for recipient in self._recipients:
            if recipient.wants(notice.to, notice.zone):
                link = self.link_to(notice) if notice.to == "zone" and notice.act_at is not None else ""
                title, text = written(site, notice, recipient, policy)
                urgent = notice.act_at is not None
                letter = Letter(
                    recipient.number, notice.case, title, text, urgent=urgent, useless_at=notice.act_at, link=link,
                    address=recipient.address, doubt=plain(site, DOUBT, now, recipient.language),
                )  # fmt: skip
                self.delivery.put(letter, recipient.quiet_until(now, site.calendar.timezone))

    def announce(self, words: Words) -> None:
        """Something about officed itself, for the manager."""
        self._tell_manager(say("About officed"), [words])

    def tell_week(self, lines: Sequence[Words]) -> None:
        """The week's figures, for the manager."""
        self._tell_manager(say("The week in short"), lines)

    def refused(self, problem: str) -> None:
        """A changed configuration was not used."""
        self.announce(say("The changed configuration is not used, the one before it stays: {why}", why=problem))

    def look(self, state: State) -> None:
        """With every new state: keep the displays right."""
        if self.display is not None:
            self.display.look(state)

    def _tell_manager(self, title: Words, lines: Sequence[Words]) -> None:
        site, now = self._state().office.site, self._now()
        for recipient in self._recipients:
            if recipient.wants("manager", None):
                head = plain(site, title, now, recipient.language).replace("\n", " / ")
                text = "\n".join(plain(site, line, now, code) for code in codes(recipient.language) for line in lines)
                doubt = plain(site, DOUBT, now, recipient.language)
                letter = Letter(recipient.number, "", head, text, address=recipient.address, doubt=doubt)
                self.delivery.put(letter, recipient.quiet_until(now, site.calendar.timezone))

    def _is_over(self, case: str) -> bool:
        return all(one.id != case for one in self._state().cases.values())

    def _address(self, entry: NoticeEntry) -> str:
        return read_secret(entry.url_file, entry.url_env, self._environment) or ""


def _recipient(entry: NoticeEntry, number: int, language: str, address: str) -> Recipient:
    quiet = None
    if entry.quiet_from is not None and entry.quiet_until is not None:
        quiet = (entry.quiet_from, entry.quiet_until)
    zones = None if entry.zones is None else frozenset(ZoneId(zone) for zone in entry.zones)
    return Recipient(entry.to, number, entry.language or language, zones, quiet, entry.names, address)
