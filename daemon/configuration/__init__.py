"""office.yaml: read, checked, explained, and turned into what the core works with."""
