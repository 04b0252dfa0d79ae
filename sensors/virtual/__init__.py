"""A seeded office whose devices talk, err and obey like the real ones."""
