"""What people see. Reads the core's state, never the daemon."""
