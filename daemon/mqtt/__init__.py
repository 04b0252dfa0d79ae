"""The broker: read, make durable, acknowledge, hand over; and publish what the engine decided."""
