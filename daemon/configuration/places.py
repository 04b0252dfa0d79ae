"""Paths into office.yaml as people write them, and what may be shown of the value that stands there.

A value is shown only where it cannot be a secret. What is *named* like a secret is never shown; neither are the
addresses that notices go to (they carry tokens), nor the user part of any URL.
"""

import re
from typing import TypeAlias

Path: TypeAlias = "tuple[str | int, ...]"

CLEAR_SECRETS = re.compile(
    r"pass(word|wd|phrase)?|pwd|token|secret|credentials?|api_?key|private_?key|密码|口令", re.IGNORECASE
)
"""Keys that people use for the secret itself; ours end in `_file` or `_env`."""

_MAX_SHOWN = 60
_PLAIN = re.compile(r"[\w-]+")
_USER_PART = re.compile(r"//[^/@\s]*@")


def spell(path: Path) -> str:
    """`devices.f3-ac-1.zone`, `policies[0].grace`. Whatever stands under a secret's key is hidden."""
    parts: list[str] = []
    hidden = False
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
            continue
        word = "***" if hidden else step if _PLAIN.fullmatch(step) else _quoted(step)
        parts.append(f".{word}" if parts else word)
        hidden = hidden or is_secret((step,))
    return "".join(parts)


def is_secret(path: Path) -> bool:
    """Whether the value at this path is, or may by mistake be, a secret. A file's name is none."""
    words = [step for step in path if isinstance(step, str)]
    if not words:
        return False
    secretive = any(CLEAR_SECRETS.search(word) for word in words)
    notice = words[0] in {"notices", "reports"} and words[-1].startswith("url")
    return notice or words[-1].endswith("_env") or secretive


def shown(value: object, path: Path) -> str:
    """The value as it may stand in a message; empty where it is not worth showing."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys below it"
    if isinstance(value, list | tuple):
        return "a list"
    if is_secret(path):
        return "***"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    if "\n" in text or "\r" in text:
        return "several lines of text"
    text = _USER_PART.sub("//***@", text)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"'{text[:_MAX_SHOWN]}…'" if len(text) > _MAX_SHOWN else f"'{text}'"
