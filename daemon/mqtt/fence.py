"""Tell what the broker had queued for us from what is happening now: the flags of the messages do not say it.

After every connect we publish a token to a topic of our own that we hear. Brokers keep the order, so what arrives
before the token was queued (hours ago, perhaps) and is no evidence; what arrives after it is live.
"""

import secrets

RESEND_SECONDS = 5.0
TELL_AFTER = 3


class Fence:
    """The fence of one connection after another. Belongs to the network thread; `now` is monotonic seconds."""

    def __init__(self, site: str) -> None:
        self.topic = f"officed/{site}/fence"
        self.topic_bytes = self.topic.encode()
        self.passed = False
        self.outstanding = 0
        self._token = b""
        self._due = float("inf")
        self._tries = 0

    def raise_again(self) -> None:
        """A new connection: everything is backlog until a token that did not exist before has come round."""
        self._token = secrets.token_hex(8).encode()
        self.passed = False
        self.outstanding = 0
        self._tries = 0
        self._due = float("-inf")

    def lower(self) -> None:
        """No connection: nothing is due."""
        self._due = float("inf")

    def due(self, now: float) -> bytes | None:
        """The token to publish now, if it is time to send it (again)."""
        if self.passed or now < self._due:
            return None
        self._due = now + RESEND_SECONDS
        self._tries += 1
        self.outstanding += 1
        return self._token

    @property
    def is_overdue(self) -> bool:
        """It did not come round several times: somebody has to look at the broker's rights. True once a connection."""
        return not self.passed and self._tries == TELL_AFTER

    def opens(self, payload: bytes) -> bool:
        """Is this the message that ends the backlog? A token of an earlier connection is not."""
        if payload != self._token:
            return False
        self.outstanding -= 1
        opened, self.passed = not self.passed, True
        return opened
