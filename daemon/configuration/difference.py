"""What a new office.yaml changes, as lines for the log and the audit trail. It holds no secret: a configuration has none."""

from collections.abc import Iterator, Mapping, Sequence

from daemon.configuration.schema import Configuration

MOST_LINES = 50
FOR_A_RESTART = ("broker", "influxdb", "store", "board", "oidc", "journal", "home_assistant")
"""Parts that are connected to or opened once, at the start."""
_LONGEST = 80


def differences(old: Configuration, new: Configuration) -> tuple[str, ...]:
    """`path: before -> after`, one a change, in the order of the file; at most MOST_LINES and how many more there are."""
    lines = list(_between("", old.model_dump(warnings=False), new.model_dump(warnings=False)))
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more changes"]
    return tuple(lines)


def waits_for_restart(old: Configuration, new: Configuration) -> tuple[str, ...]:
    """The parts that differ and are only read at the start."""
    return tuple(part for part in FOR_A_RESTART if getattr(old, part) != getattr(new, part))


def _between(path: str, old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"
        return
    for key in [*before, *(key for key in after if key not in before)]:
        here = f"{path}.{key}" if path else key
        if key not in after:
            yield f"{here}: removed"
        elif key not in before:
            yield f"{here}: added"
        else:
            yield from _between(here, before[key], after[key])


def _parts(value: object) -> Mapping[str, object] | None:
    """Mappings as they are; lists by the names of what is in them, else by number."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {_name(item, number): item for number, item in enumerate(value)}
    return None


def _name(item: object, number: int) -> str:
    if isinstance(item, Mapping):
        return str(item.get("name") or item.get("pack") or number)
    return str(number)


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
