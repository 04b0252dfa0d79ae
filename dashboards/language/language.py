"""One language at one office's clock: it translates patterns and writes values with their units.

Everything people read passes here: the core only says `Words`. A gap's ending names its unit (`setpoint_celsius`,
`draw_watts`, `until_at`, `took_seconds`); a value that is not known is a word, never 0 and never a blank.
Immutable after construction, so any thread may use it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_skeleton,
    format_time,
    get_day_names,
    get_month_names,
    get_timezone_gmt,
    get_timezone_location,
)
from babel.numbers import format_decimal

from policies.words import Value, Words, say

NO_DATA = say("no data")
_YES = say("yes")
_NO = say("no")
_HOUR = 3600
_KILO = 1000
_NARROW = "\N{NO-BREAK SPACE}"
_BABEL = {"en": "en_GB", "zh_CN": "zh_Hans_CN"}


@dataclass(frozen=True)
class Language:
    """`code` is `en` or `zh_CN`; `timezone` the office's IANA name; `catalog` maps English to this language."""

    code: str
    timezone: str
    catalog: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The BCP 47 tag for HTML."""
        return self.code.replace("_", "-")

    @property
    def locale(self) -> Locale:
        """Babel's rules for numbers and dates."""
        return _locale(self.code)

    def gettext(self, english: str) -> str:
        """The sentence in this language; English where there is none (a test keeps that from happening)."""
        return self.catalog.get(english) or english

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Jinja2's plural hook; our sentences say one and many as two sentences instead."""
        return self.gettext(one if number == 1 else many)

    def words(self, words: Words, now: datetime | None = None) -> str:
        """The sentence with its values filled in. `now` decides whether an instant needs its date."""
        filled = {name: self.value(name, value, now) for name, value in words.values.items()}
        return self.gettext(words.pattern).format(**filled)

    def value(self, name: str, value: Value | None, now: datetime | None = None) -> str:
        """One value, written the way its name's ending says."""
        if value is None:
            return self.words(NO_DATA)
        if isinstance(value, datetime):
            return self.instant(value, now)
        if isinstance(value, bool):
            return self.words(_YES if value else _NO)
        if isinstance(value, str):
            return self.gettext(value) if value else value
        written = _UNITS.get(name.rpartition("_")[2])
        return written(self, float(value)) if written else self.number(float(value), "#,##0.##")

    def number(self, value: float, pattern: str) -> str:
        """A number in this language's digits and separators."""
        return _decimal(value, pattern, self.code)

    def instant(self, at: datetime, now: datetime | None = None) -> str:
        """The office's wall clock; with the date unless it is the day of `now`."""
        zone = ZoneInfo(self.timezone)
        clock = format_time(at, "HH:mm", tzinfo=zone, locale=self.locale)
        if now is None or at.astimezone(zone).date() == now.astimezone(zone).date():
            return clock
        return f"{format_skeleton('MMMd', at, tzinfo=zone, locale=self.locale)} {clock}"

    def day(self, at: datetime) -> str:
        """The office's date with the weekday."""
        return format_skeleton("MMMEd", at, tzinfo=ZoneInfo(self.timezone), locale=self.locale)

    def whole_day(self, day: date) -> str:
        """A local date with weekday and year."""
        return format_skeleton("yMMMEd", datetime.combine(day, time()), locale=self.locale)

    def month(self, first: date) -> str:
        """A month's name alone."""
        return str(get_month_names("wide", context="stand-alone", locale=self.locale)[first.month])

    def weekdays(self) -> Sequence[tuple[str, str]]:
        """Monday first: a letter or two, and the whole name."""
        short = get_day_names("short", context="stand-alone", locale=self.locale)
        whole = get_day_names("wide", context="stand-alone", locale=self.locale)
        return [(str(short[day]).removeprefix("周"), str(whole[day])) for day in range(7)]

    def duration(self, length: timedelta) -> str:
        """`42 s`, `5 min`, `2 h 30 min`, `3 d`: as coarse as a person would say it."""
        seconds = max(0, round(length.total_seconds()))
        if seconds < 100:  # noqa: PLR2004  nobody says "1 min 35 s"
            return self.words(say("{number} s", number=seconds))
        minutes = round(seconds / 60)
        if minutes < 100:  # noqa: PLR2004  nor "1 h 30 min" for a film's length
            return self.words(say("{number} min", number=minutes))
        hours, rest = divmod(minutes, 60)
        if hours >= 48:  # noqa: PLR2004  two days
            return self.words(say("{number} d", number=round(hours / 24)))
        if not rest:
            return self.words(say("{number} h", number=hours))
        return self.words(say("{hour} h {rest} min", hour=hours, rest=rest))

    def name(self, names: Mapping[str, str], fallback: str) -> str:
        """A configured name in this language, else in any, else the id."""
        for code in (self.code, self.tag, self.code.partition("_")[0], "en"):
            if names.get(code):
                return names[code]
        return next((name for name in names.values() if name), fallback)

    def thing(self, names: Mapping[str, str], fallback: str, room: str) -> str:
        """A device's name beside its room's: a room's name in front of it would only be said twice."""
        name = self.name(names, fallback)
        rest = name.removeprefix(room).strip(" -·") if room else name
        return (rest[0].upper() + rest[1:]) if rest and rest != name else name

    def clock_note(self, at: datetime) -> str:
        """Where the times on a page are local: `China, GMT+08:00`."""
        zone = ZoneInfo(self.timezone)
        place = get_timezone_location(zone, locale=self.locale, return_city=True)
        return f"{place}, {get_timezone_gmt(at.astimezone(zone), locale=self.locale)}"


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_BABEL.get(code, code))


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str, code: str) -> str:
    return format_decimal(value, format=pattern, locale=_locale(code))


def _with_unit(pattern: str, unit: str) -> Callable[[Language, float], str]:
    return lambda language, value: f"{language.number(value, pattern)}{_NARROW}{unit}"


def _watts(language: Language, value: float) -> str:
    if abs(value) >= _KILO:
        return f"{language.number(value / _KILO, '#,##0.0')}{_NARROW}kW"
    return f"{language.number(value, '#,##0')}{_NARROW}W"


_UNITS: dict[str, Callable[[Language, float], str]] = {
    "celsius": _with_unit("0.0", "°C"),
    "watts": _watts,
    "kwh": _with_unit("#,##0.0", "kWh"),
    "percent": _with_unit("0", "%"),
    "ppm": _with_unit("#,##0", "ppm"),
    "dba": _with_unit("0", "dB(A)"),
    "seconds": lambda language, value: language.duration(timedelta(seconds=value)),
    "minutes": lambda language, value: language.duration(timedelta(minutes=value)),
    "hours": lambda language, value: language.number(value, "0.#"),
}
