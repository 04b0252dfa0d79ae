"""The audit trail outside of the journal: read, checked, and its heads kept elsewhere."""
