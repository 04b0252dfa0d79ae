"""Notices to people: addresses by Apprise, and a display topic on the broker."""
