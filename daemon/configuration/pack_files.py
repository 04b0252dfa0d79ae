"""The packs that come with officed: YAML files beside the rules, read with the reader of office.yaml."""

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from daemon.configuration.document import read_document
from daemon.configuration.problem import ConfigError
from daemon.configuration.wording import problems_of
from policies.packs import Pack, read_pack


def pack_names() -> tuple[str, ...]:
    """The packs there are, in alphabetical order."""
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir() if entry.name.endswith(".yaml"))
    )


@lru_cache(maxsize=64)
def load_pack(name: str) -> Pack:
    """A pack that comes with officed. Raises ConfigError where its file is wrong, KeyError where there is none."""
    if name not in pack_names():
        raise KeyError(name)
    document = read_document((_folder() / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    if document.problems:
        raise ConfigError(document.problems)
    try:
        return read_pack(document.root)
    except ValidationError as error:
        raise ConfigError(problems_of(error, document)) from None


def _folder() -> Traversable:
    return files("policies") / "packs"
