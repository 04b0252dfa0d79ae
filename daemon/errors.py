"""What can fail outside of us. A refusal of the domain is a value, not one of these."""


class BrokerUnavailable(Exception):  # noqa: N818  named after what is the case, as a person would say it
    """There is no connection that could carry this message now; nothing was queued, nothing will leave later."""


class StoreUnavailable(Exception):  # noqa: N818  same
    """The journal or the database cannot take this now (full, failing, away); the message says why, for a person."""
