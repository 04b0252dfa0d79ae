"""What must be exact over a restart, in rows: a case, or what is remembered of a device, is written again only when it has changed.

In one piece it would grow with the office: in a thousand devices' changes of five days are some megabytes, to be written
before each command. Rows that are no longer of the state are removed. The journal's own row `state` has the rest.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import msgspec

from daemon.engine.snapshot import Cases
from policies.control.case import Case
from policies.control.changes import Caused
from policies.control.memory import Memory, Sent
from policies.policy import CaseKey
from policies.state import State
from sensors.device import DeviceId

Rows = Mapping[str, bytes | None]
"""By name; None: to be removed."""
STATE: Final = "state"

_CASE, _SENT, _CHANGES = "case", "sent", "changes"
_Parts = Mapping[str, Mapping[object, object]]
"""By kind, then by what it is about."""
_SEEN: Final = ("sent", "changes", "starts", "paced", "reverts", "returned")
"""Of the memory. Not the watts that are learned with every reading: those are close enough with the next that is written."""
_ENCODE = msgspec.msgpack.Encoder().encode


class KeptRows:
    """For whoever thinks. `there`: the names of the rows that the journal has."""

    def __init__(self, there: Collection[str] = ()) -> None:
        self._strangers = set(there)
        self._kept: _Parts = {_CASE: {}, _SENT: {}, _CHANGES: {}}
        self._next = self._kept
        self._memory = self._next_memory = Memory()

    def is_behind(self, state: State) -> bool:
        """Whether a restart would miss something, although no record tells of it: a grace that runs, a start that was seen."""
        if any(getattr(state.memory, one) is not getattr(self._memory, one) for one in _SEEN):
            return True
        before: Mapping[CaseKey, Case] = self._kept[_CASE]  # type: ignore[assignment]  # keys of any kind
        return len(before) != len(state.cases) or any(
            _is_other(before.get(key), case) for key, case in state.cases.items()
        )

    def changed(self, state: State) -> Rows:
        """What differs from the rows that were written last."""
        memory = self._next_memory = state.memory
        self._next = {_CASE: state.cases, _SENT: memory.sent, _CHANGES: memory.changes}  # type: ignore[dict-item]  # keys of any kind
        rows: dict[str, bytes | None] = dict.fromkeys(self._strangers)
        for kind, parts in self._next.items():
            rows.update(_difference(kind, self._kept[kind], parts))
        rest = msgspec.structs.replace(memory, sent={}, changes={})
        rows[STATE] = _ENCODE(Cases(memory=rest, desk=state.office.desk))
        return rows

    def written(self) -> None:
        """The last that was given is on the disk."""
        self._kept, self._memory = self._next, self._next_memory
        self._strangers = set()


def _is_other(before: Case | None, case: Case) -> bool:
    """It is another one. Its turns have records, its finding is found again."""
    return before is not case and (before is None or before.id != case.id)


def _difference(
    kind: str, before: Mapping[object, object], after: Mapping[object, object]
) -> Iterator[tuple[str, bytes | None]]:
    if after is before:
        return
    for about, part in after.items():
        if before.get(about) is not part:
            yield _name(kind, about), _ENCODE(part)
    for about in before.keys() - after.keys():
        yield _name(kind, about), None


def _name(kind: str, about: object) -> str:
    """No name of ours holds a line break."""
    return "\n".join((kind, *about)) if isinstance(about, tuple) else f"{kind}\n{about}"


def whole(state: bytes | None, rows: Mapping[str, bytes]) -> bytes | None:
    """All of it in one piece, as `snapshot.restore` takes it. Raises msgspec.ValidationError."""
    if state is None:
        return None
    decode = msgspec.msgpack.decode
    kept = decode(state, type=Cases)
    cases: list[Case] = list(kept.cases)
    sent, changes = dict(kept.memory.sent), dict(kept.memory.changes)
    for name, body in rows.items():
        kind, _, about = name.partition("\n")
        if kind == _CASE:
            cases.append(decode(body, type=Case))
        elif kind == _SENT:
            sent[DeviceId(about)] = decode(body, type=tuple[Sent, ...])
        elif kind == _CHANGES:
            changes[DeviceId(about)] = decode(body, type=tuple[Caused, ...])
    memory: Memory = msgspec.structs.replace(kept.memory, sent=sent, changes=changes)
    return _ENCODE(Cases(tuple(cases), memory, kept.desk))
