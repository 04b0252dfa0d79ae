"""One notice for one recipient: what it says in which languages, and until when it may wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboards.language.catalogs import languages
from policies.control.effects import Notify
from policies.office.site import Site, Zone
from policies.policy import Policy
from policies.words import Words, say
from sensors.device import ZoneId

BOTH = ("en", "zh_CN")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where some notices go. `quiet`: minutes of the local day, from and until; `names`: the owner may be named.

    `address`: a fingerprint of it.
    """

    to: str
    number: int
    language: str
    zones: frozenset[ZoneId] | None = None
    quiet: tuple[int, int] | None = None
    names: bool = False
    address: str = ""

    def wants(self, to: str, zone: ZoneId | None) -> bool:
        """Whether this is for it; what is about no zone is for all."""
        return self.to == to and (self.zones is None or zone is None or zone in self.zones)

    def quiet_until(self, now: datetime, timezone: str) -> datetime | None:
        """When its quiet hours end, if they are now; the wall clock decides, so a night may have 7 or 9 hours."""
        if self.quiet is None:
            return None
        start, end = self.quiet
        local = now.astimezone(ZoneInfo(timezone))
        minute = local.hour * 60 + local.minute
        inside = start <= minute < end if start <= end else minute >= start or minute < end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if start > end and minute >= start else 0)
        wall = datetime(day.year, day.month, day.day, end // 60 % 24, end % 60, tzinfo=ZoneInfo(timezone))
        return wall.astimezone(now.tzinfo)


def written(site: Site, notice: Notify, recipient: Recipient, policy: Policy | None = None) -> tuple[str, str]:
    """Title and text: where, what, what happens; the pack's own words; the owner, where names are wanted."""
    wanted = codes(recipient.language)
    title = " / ".join(_place(site, notice, code) for code in wanted)
    lines = [line for code in wanted for line in _lines(site, notice, recipient, policy, code)]
    return title, "\n".join(lines)


def sentence(site: Site, notice: Notify, code: str) -> str:
    """One line, whole story, without names of people."""
    language = languages(site.calendar.timezone)[code]
    return f"{_place(site, notice, code)} · {language.words(notice.words, notice.at)}"


def plain(site: Site, words: Words, now: datetime, language: str) -> str:
    """A sentence about officed itself."""
    return "\n".join(languages(site.calendar.timezone)[code].words(words, now) for code in codes(language))


def codes(language: str) -> Sequence[str]:
    """The languages that a recipient reads, in turn."""
    return BOTH if language == "both" else (language,)


def _lines(site: Site, notice: Notify, recipient: Recipient, policy: Policy | None, code: str) -> list[str]:
    language = languages(site.calendar.timezone)[code]
    lines = [sentence(site, notice, code)]
    if policy is not None:
        text = next((texts.get(code, "") for step, texts in policy.ladder.items() if step == notice.to), "")
        lines += [text] if text else []
    zone = site.zones.get(notice.zone)
    if recipient.names and zone is not None and zone.owner:
        lines.append(language.words(say("Looked after by {who}.", who=zone.owner)))
    return lines


def _place(site: Site, notice: Notify, code: str) -> str:
    language = languages(site.calendar.timezone)[code]
    zone: Zone | None = site.zones.get(notice.zone)
    device = site.devices.get(notice.device)
    where = language.name(zone.names, zone.id) if zone is not None else str(notice.zone)
    what = language.name(device.names, device.id) if device is not None else str(notice.device)
    return f"{where} · {what}"
