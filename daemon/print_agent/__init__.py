"""The print agent: runs beside a print server, without the rest of officed, and tells every finished job once.

Imported here are only the standard library, paho-mqtt, msgspec (the wire format), and of officed's own code the wire format
itself: a test holds this, so that the agent stays small. See docs/printing.md.
"""
