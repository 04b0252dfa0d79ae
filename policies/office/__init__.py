"""What is configured, when it is open, what was last heard."""
