"""What the YAML parser complains about, in words that say what to do.

The parser's own text is not passed on: it quotes from the file, and the file may hold a secret where it breaks.
"""

import re

import yaml

_QUOTE = "a quote is opened here and never closed"
_INDENTATION = "the indentation does not fit the lines above; keys of one block start in the same column"
_TABLE: tuple[tuple[str, str], ...] = (
    (r"while scanning a quoted scalar", _QUOTE),
    (r"(scanning|parsing) an? (alias|anchor)", "a value that starts with * or & must be put in quotes"),
    (r"(scanning|parsing) a (tag|directive)", "a value that starts with ! or % must be put in quotes"),
    (r"mapping values are not allowed", "there is a colon too many, or this line is indented too far"),
    (r"could not find expected ':'", "a colon is missing after a key, here or in the line above"),
    (r"flow (sequence|mapping)", "a [ or { is opened and not closed, or a comma is missing"),
    (r"cannot start any token", "a value may not start with this character; put it in quotes"),
    (r"block (mapping|collection|sequence)|block end|block entry|sequence entries", _INDENTATION),
)
_LEADING_TAB = re.compile(r" *\t")


def explain(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line to look at (from 1) and what to do there."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return 1, "this is not valid YAML"
    context, problem = error.context or "", error.problem or ""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.split("\n")
    for number in (line, line - 1):
        if 0 < number <= len(lines) and _LEADING_TAB.match(lines[number - 1]):
            return number, "indent with spaces, not with tabs"
    for pattern, what in _TABLE:
        if re.search(pattern, f"{context} {problem}"):
            opened = what is _QUOTE or "flow" in context
            if opened and error.context_mark:
                line = error.context_mark.line + 1
            return line, what
    return line, "this is not valid YAML; check the indentation, quotes and colons here and in the line above"
