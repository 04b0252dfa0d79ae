"""The one error a decoder may raise."""


class PayloadError(Exception):
    """A payload that is not what its topic promises. Counted, logged once a device, never raised past the registry."""
