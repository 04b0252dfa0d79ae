"""All thinking, and nothing else: the same arguments give the same answer."""
