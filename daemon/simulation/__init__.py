"""The virtual office through the real engine, without a broker and as fast as it goes."""
