"""`officed lint`: the faults of a valid configuration with the lines where they stand, in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from daemon.configuration.document import Document
from daemon.configuration.pack_files import load_pack, pack_names
from daemon.configuration.places import Path, spell
from dashboards.language.language import Language
from policies.lint import lint
from policies.lint_fault import Fault
from policies.office.heard import Heard
from policies.state import State
from sensors.device import DeviceId


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """`file:line: path: what. mend` of one fault."""

    line: int
    path: str
    code: str
    fault: Fault

    def sentence(self, file: str, language: Language, now: datetime) -> str:
        """One line for a person."""
        what, mend = language.words(self.fault.what, now), language.words(self.fault.mend, now)
        return f"{file}:{self.line}: {self.path}: {what}; {mend} [{self.code}]"


def faults_of(fresh: State, heard: Mapping[DeviceId, Heard], document: Document, now: datetime) -> Sequence[Placed]:
    """Of a configuration, and of what was heard with it so far."""
    return placed(lint(structs.replace(fresh.office, heard=heard), fresh.policies, now), document)


def placed(faults: Iterable[Fault], document: Document) -> Sequence[Placed]:
    """In the order of the file."""
    found = []
    for fault in faults:
        path = _path(fault, document)
        found.append(Placed(document.line(path), spell(path), fault.code, fault))
    return sorted(found, key=lambda one: (one.line, one.path, one.code))


def _path(fault: Fault, document: Document) -> Path:
    """A key that is not written down is not in the document: its line is then that of what holds it."""
    base: Path
    if fault.section == "policies":
        base = _policy(fault.name, document, keyed=bool(fault.key))
    else:
        base = (fault.section, fault.name) if fault.name else (fault.section,)
    return (*base, fault.key) if fault.key else base


def _policy(name: str, document: Document, *, keyed: bool) -> Path:
    """Where the rule comes from: its own entry, or the pack that brings it."""
    own = document.root.get("policies")
    for index, entry in enumerate(own if isinstance(own, list) else []):
        if isinstance(entry, dict) and entry.get("name") == name:
            return ("policies", index)
    packs = document.root.get("packs")
    for index, entry in enumerate(packs if isinstance(packs, list) else []):
        pack = entry.get("pack") if isinstance(entry, dict) else entry
        if isinstance(pack, str) and pack in pack_names() and any(one.name == name for one in load_pack(pack).policies):
            return ("packs", index, "overrides", name) if keyed else ("packs", index)
    return ("policies",)
