"""What is wrong with a configuration, for the person who has to mend it: always with a place, never with a secret."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One line of the answer: `file:line: path: what is wrong (got …)`.

    `line` counts from 1. `path` is empty for the file as a whole; `got` is empty where nothing may or need be shown.
    """

    file: str
    line: int
    path: str
    what: str
    got: str = ""

    @property
    def where(self) -> str:
        """The place alone: `file:line` and the path."""
        return f"{self.file}:{self.line}" + (f": {self.path}" if self.path else "")

    def __str__(self) -> str:
        """The line as a person reads it; never more than one line, whatever somebody typed."""
        return f"{self.where}: {self.what}" + (f" (got {self.got})" if self.got else "")


class ConfigError(Exception):
    """The configuration cannot be used. Carries all problems at once; its text is one line a problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
