"""Who may enter the board: people, sessions, tokens."""
