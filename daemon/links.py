"""One-tap links: leave for one zone, until one time, about one case, once. Signed with a key of this site.

`<payload>.<signature>` in URL-safe base64; HMAC-SHA256 over the payload. The nonce is spent when the engine takes the request
in, and that is in the journal: a link works once, over restarts too. Any thread.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from daemon.configuration.problem import ConfigError, Problem
from policies.control.effects import Notify
from policies.office.requests import Extend
from policies.words import Words, say
from sensors.device import DeviceId, ZoneId

LEAVE = timedelta(hours=2)
"""How much time one tap gives, counted from when the power would have gone."""
_KEY_BYTES = 32
_LONGEST = 1000


class Offer(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the payload says. `expires_at`: not valid at and after it."""

    zone: str
    device: str
    until: datetime
    case: str
    expires_at: datetime
    nonce: str


class Links:
    """Makes links and opens them. `base`: the board's address, without a slash at its end; empty: no links are made."""

    def __init__(self, key: bytes, base: str = "") -> None:
        self._key, self._base = key, base.rstrip("/")

    def link_to(self, notice: Notify) -> str:
        """The link that says no to what a notice announces; empty where it announces nothing."""
        if not self._base or notice.act_at is None:
            return ""
        offer = Offer(
            notice.zone, notice.device, notice.act_at + LEAVE, notice.case, notice.act_at, secrets.token_hex(12)
        )
        return f"{self._base}/link/{self.sealed(offer)}"

    def sealed(self, offer: Offer) -> str:
        """The token."""
        payload = msgspec.json.encode(offer)
        return f"{_text(payload)}.{_text(self._signature(payload))}"

    def opened(self, token: str, now: datetime) -> Extend | Words:
        """What the link asks for, or why it is not taken. Whether it was used, the engine knows."""
        if len(token) > _LONGEST:
            return say("This link is not one of ours.")
        head, _, tail = token.partition(".")
        try:
            payload, signature = _bytes(head), _bytes(tail)
        except (ValueError, binascii.Error):
            return say("This link is not one of ours.")
        is_canonical = (_text(payload), _text(signature)) == (head, tail)
        if not is_canonical or not hmac.compare_digest(signature, self._signature(payload)):
            return say("This link is not one of ours.")
        try:
            offer = msgspec.json.decode(payload, type=Offer)
        except msgspec.MsgspecError:
            return say("This link is not one of ours.")
        if now >= offer.expires_at:
            return say("This link is too old.")
        why = f"one-tap link, {offer.case}"
        device = DeviceId(offer.device)
        return Extend(f"link-{offer.nonce}", ZoneId(offer.zone), offer.until, why, device, offer.expires_at)

    def _signature(self, payload: bytes) -> bytes:
        return hmac.new(self._key, b"officed link 1\n" + payload, hashlib.sha256).digest()


def site_key(path: Path) -> bytes:
    """The key in this file, which only its owner may read; made where there is none. Raises ConfigError, never showing it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(made, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(_KEY_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise ConfigError([Problem(str(path), 1, "", f"the key for links cannot be read: {reason}")]) from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError([Problem(str(path), 1, "", "the key for links may be read by others; chmod 600")])
    if len(key) != _KEY_BYTES:
        raise ConfigError([Problem(str(path), 1, "", "is not a key for links; remove it, and a new one is made")])
    return key


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
