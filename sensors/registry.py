"""Every family, and the one way from a message to readings."""
