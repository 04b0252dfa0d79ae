"""What no single entry under notices can know: the zones there are."""

from collections.abc import Collection, Iterator, Sequence

from daemon.configuration.device_checks import Complaint
from daemon.configuration.notice_entry import NoticeEntry
from daemon.configuration.wording import choose


def check_notices(notices: Sequence[NoticeEntry], zones: Collection[str]) -> Iterator[Complaint]:
    """A zone that is mistyped would mean that nobody hears of the right one."""
    for number, entry in enumerate(notices):
        if entry.zones == ():
            yield ("notices", number, "zones"), "names no zone, so nothing would ever be sent; leave zones out for all"
        for index, zone in enumerate(entry.zones or ()):
            if zone not in zones:
                yield ("notices", number, "zones", index), f"names a zone that is not in zones{choose(zone, zones)}"
