"""What is on its way to one recipient; kept in the journal until it has arrived."""

from datetime import datetime

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """`case` empty: about officed itself. `urgent`: quiet hours do not hold it. `useless_at`: from then on nobody needs it.

    `recipient`: the number of its entry. `address`: a fingerprint of where it goes, so that after a change of the
    configuration it reaches nobody else. `doubt`: what is said below it where it may be there already.
    """

    recipient: int
    case: str
    title: str
    text: str
    urgent: bool = False
    useless_at: datetime | None = None
    link: str = ""
    address: str = ""
    doubt: str = ""

    @property
    def to(self) -> str:
        """Whom it is for."""
        return self.address or str(self.recipient)

    @property
    def body(self) -> str:
        """The text, with the link below it: a link is new each time, so it does not count as other words."""
        return f"{self.text}\n{self.link}" if self.link else self.text
