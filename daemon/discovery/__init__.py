"""`officed discover`: listen for a while, say what is there, and suggest how to write it down."""
