"""The append-only local log: what was received, what is still to be sent, and who did what."""
