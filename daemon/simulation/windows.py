"""Windows of samples that are kept in memory: the answer that a database gives to a question about numbers over time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from policies.history import Sample, Window


def windowed(
    series: Iterable[tuple[tuple[str, ...], Sequence[Sample]]], start: datetime, end: datetime, step: timedelta
) -> list[Window]:
    """Of [start, end), sorted by key and start. `series`: numbers by key; one key may come more than once."""
    found: dict[tuple[str, ...], dict[int, list[Sample]]] = {}
    for key, samples in series:
        of_key = found.setdefault(key, {})
        for sample in samples:
            if start <= sample.at < end:
                of_key.setdefault((sample.at - start) // step, []).append(sample)
    return [
        _window(start + number * step, key, of_key[number])
        for key, of_key in sorted(found.items())
        for number in sorted(of_key)
    ]


def _window(start: datetime, key: tuple[str, ...], samples: Sequence[Sample]) -> Window:
    values = [float(sample.value) for sample in samples]
    last = max(samples, key=lambda sample: sample.at)
    total = sum(values)
    return Window(start, key, total / len(values), min(values), max(values), total, float(last.value), len(values))
