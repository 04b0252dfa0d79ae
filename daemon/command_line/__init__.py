"""The command line: what a person can ask for at a terminal, and what only that needs."""
