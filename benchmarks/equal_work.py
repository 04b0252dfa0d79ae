"""Did a contestant do the work? Without this check a comparison is worthless: who drops points is always the fastest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_TOLERANCE = 0.051
"""Sums of floats in another order."""


@dataclass(frozen=True, slots=True)
class Work:
    """What was done: points that arrived by measurement, sums of their values, and the rules that are broken at the end.

    `overwritten`: points that have the series and the stamp of an earlier one: a database would keep one of the two.
    `violations` None: this contestant judges nothing, and says so in its row.
    """

    points: Mapping[str, int]
    sums: Mapping[str, float]
    overwritten: int
    violations: frozenset[str] | None


def differences(wanted: Work, done: Work) -> list[str]:
    """Why this row is refused, one sentence each; empty for equal work."""
    wrong = [
        f"{done.points.get(name, 0)} {name} points instead of {count}"
        for name, count in wanted.points.items()
        if done.points.get(name, 0) != count
    ]
    wrong += [
        f"{name} adds up to {done.sums.get(name, 0.0):.1f} instead of {total:.1f}"
        for name, total in wanted.sums.items()
        if abs(done.sums.get(name, 0.0) - total) > _TOLERANCE
    ]
    if done.overwritten > wanted.overwritten:
        wrong.append(f"{done.overwritten} points overwrite others")
    if done.violations is not None and wanted.violations is not None and done.violations != wanted.violations:
        missed, invented = wanted.violations - done.violations, done.violations - wanted.violations
        wrong.append(f"{len(missed)} violations missed and {len(invented)} invented of {len(wanted.violations)}")
    return wrong


def counted(bodies: Iterable[bytes]) -> Work:
    """What arrived in these requests of line protocol; measurements nobody asked for are ignored by `differences`."""
    points: dict[str, int] = {}
    sums: dict[str, float] = {}
    seen: set[bytes] = set()
    overwritten = 0
    for body in bodies:
        for line in body.splitlines():
            series, fields, stamp = line.rsplit(b" ", 2)
            name = series.partition(b",")[0].decode()
            points[name] = points.get(name, 0) + 1
            place = series + stamp
            overwritten += place in seen
            seen.add(place)
            for pair in fields.split(b","):
                key, _, value = pair.partition(b"=")
                if key in _SUMMED:
                    sums[key.decode()] = sums.get(key.decode(), 0.0) + float(value.rstrip(b"i"))
    return Work(points=points, sums=sums, overwritten=overwritten, violations=None)


_SUMMED = frozenset({b"room_celsius", b"watts", b"impressions"})
