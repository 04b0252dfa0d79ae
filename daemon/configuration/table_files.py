"""The tables that come with officed: factors, and tariffs to try the figures with. Read with the reader of office.yaml."""

from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from daemon.configuration.document import Document, read_document
from daemon.configuration.problem import ConfigError
from daemon.configuration.tariff_entry import TariffEntry
from daemon.configuration.wording import problems_of
from policies.accounting.factors import read_factors
from policies.office.factor import Factor
from policies.office.tariff import Tariff


class _Tariffs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tariffs: dict[str, TariffEntry]


@lru_cache(maxsize=1)
def bundled_factors() -> tuple[Factor, ...]:
    """The rows of factors.yaml. Raises ConfigError where the file is wrong."""
    document = _document("factors.yaml")
    try:
        return read_factors(document.root)
    except ValidationError as error:
        raise ConfigError(problems_of(error, document)) from None


@lru_cache(maxsize=1)
def bundled_tariffs() -> dict[str, Tariff]:
    """The tariffs of tariffs.yaml, by id. Raises ConfigError where the file is wrong."""
    document = _document("tariffs.yaml")
    try:
        entries = _Tariffs.model_validate(document.root).tariffs
    except ValidationError as error:
        raise ConfigError(problems_of(error, document)) from None
    return {name: entry.tariff(name) for name, entry in entries.items()}


def _document(name: str) -> Document:
    document = read_document((files("policies") / "accounting/tables" / name).read_text(encoding="utf-8"), name)
    if document.problems:
        raise ConfigError(document.problems)
    return document
