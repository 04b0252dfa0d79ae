"""Notices to people, in the site's language. For now they go to the log; the addresses come with the accounts."""

import logging

from dashboards.language.catalogs import languages
from policies.control.effects import Notify
from policies.office.site import Site

_log = logging.getLogger(__name__)


class Notices:
    """Engine thread only; returns at once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._language = languages(site.calendar.timezone)[site.language]

    def sentence(self, notice: Notify) -> str:
        """One line, whole story: where, what, and what happens."""
        zone, device = self._site.zones[notice.zone], self._site.devices[notice.device]
        where = self._language.name(zone.names, zone.id)
        what = self._language.name(device.names, device.id)
        return f"{where} · {what} · {self._language.words(notice.words, notice.at)}"

    def __call__(self, notice: Notify) -> None:
        """Tell them."""
        _log.info("notice to %s: %s", notice.to, self.sentence(notice))
