"""The engine: its thread, its inbox, its steps, what they leave behind, and its mouth."""
