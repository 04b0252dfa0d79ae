"""Who printed what stays at the print server: names leave it as keyed hashes, and a hash cannot be followed for long.

The key is the site's own and never leaves this machine, so nobody can try names against the hashes. It is turned with the
calendar: after `link_days` the same person has another hash, and what was stored before cannot be joined to them any more.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

_BYTES: Final = 32
_SHOWN: Final = 16


@dataclass(frozen=True, slots=True)
class Hashing:
    """`clear`: the site has asked its people, and wants names beside the hashes."""

    key: bytes
    link_days: int = 31
    clear: bool = False

    def user(self, name: str, at: datetime) -> str:
        """The hash of a person's name; empty where there is none. Case does not make another person."""
        return self._hash("user", name.strip().casefold(), at)

    def title(self, text: str, at: datetime) -> str:
        """The hash of a document's name; empty where there is none."""
        return self._hash("title", text.strip(), at)

    def _hash(self, kind: str, text: str, at: datetime) -> str:
        if not text or text == "-":
            return ""
        turn = (at.date() - date(1970, 1, 1)).days // self.link_days
        return hmac.new(self.key, f"{kind}\0{turn}\0{text}".encode(), hashlib.sha256).hexdigest()[:_SHOWN]


def site_key(path: Path) -> bytes:
    """The key in this file, made on the first start and readable by the agent alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_hex(_BYTES).encode())
    return path.read_bytes().strip()
