"""Opening hours as people write them: `mon-fri: "08:30-12:00, 13:00-18:00"`, `sat: closed`, `22:00-06:00`.

A day that is not named is closed. A span whose end is not after its start reaches into the next day. 周一至周五 works too.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from policies.office.calendar import Hours, Span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTES = 1440
_WEEK = 7 * _MINUTES
_CHINESE = {"周日": "sun", "周天": "sun"} | {
    f"周{number}": day for number, day in zip("一二三四五六", DAYS, strict=False)
}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_ADVICE = "must be hours such as 08:30-12:00, 13:00-18:00, or the word closed"
_DAY_ADVICE = "must be days such as mon, mon-fri or sat, sun"


def parse_days(text: str) -> tuple[int, ...]:
    """Days of the week, Monday 0. Raises ValueError with advice."""
    plain = _halfwidth(text).lower().replace("星期", "周").replace("周末", "sat-sun")
    for word, day in _CHINESE.items():
        plain = plain.replace(word, day)
    days: list[int] = []
    for part in plain.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first == "daily" and not dash:
            days.extend(range(7))
            continue
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(_DAY_ADVICE)
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 + 1 if dash else 1
        days.extend((start + offset) % 7 for offset in range(length))
    return tuple(days)


def parse_spans(value: object) -> tuple[Span, ...]:
    """The spans of one day in minutes after midnight. Raises ValueError with advice."""
    if not isinstance(value, str):
        raise ValueError(_ADVICE)  # noqa: TRY004  pydantic turns only ValueError into a problem with a place
    text = _halfwidth(value).strip().lower()
    if text in {"closed", "关闭", "休息"}:
        return ()
    return tuple(_span(part.strip()) for part in text.split(","))


def weekly(hours: Mapping[str, tuple[Span, ...]]) -> Hours:
    """All days together. Raises ValueError where a day is named twice or spans overlap, across midnight as well."""
    week: dict[int, tuple[Span, ...]] = {}
    for days, spans in hours.items():
        for day in parse_days(days):
            if day in week:
                raise ValueError(f"{FULL_DAYS[day]} is named twice")
            week[day] = spans
    spans_of_week = sorted(
        (day * _MINUTES + start, day * _MINUTES + end) for day, spans in week.items() for start, end in spans
    )
    for index, (start, end) in enumerate(spans_of_week):
        last = index + 1 == len(spans_of_week)
        follower = spans_of_week[0][0] + _WEEK if last else spans_of_week[index + 1][0]
        if end > follower:
            raise ValueError(f"the hours of {FULL_DAYS[start // _MINUTES]} overlap with those that follow")
    return Hours(tuple(tuple(sorted(week.get(day, ()))) for day in range(7)))


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(_ADVICE)
    start_hour, start_minute, end_hour, end_minute = (int(group) for group in match.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start >= _MINUTES or end > _MINUTES or start_minute > 59 or end_minute > 59:  # noqa: PLR2004  minutes of an hour
        raise ValueError("must be times of the day between 00:00 and 24:00")
    if start == end:
        raise ValueError("starts and ends at the same time; write 00:00-24:00 for the whole day, or closed")
    return start, end if end > start else end + _MINUTES


def _halfwidth(text: str) -> str:
    return re.sub("[–—~～至到]", "-", text).replace("：", ":").replace("，", ",").replace("、", ",")


def _day_key(text: str) -> str:
    parse_days(text)
    return text


DayKey = Annotated[str, AfterValidator(_day_key)]
DayHours = Annotated[tuple[Span, ...], PlainValidator(parse_spans), WithJsonSchema({"type": "string"})]
WeeklyHours = Annotated[
    dict[DayKey, DayHours], AfterValidator(lambda hours: (weekly(hours), hours)[1]), Field(min_length=1)
]
