"""Slots and the ledger, beside the engine: fed by its states, kept in the journal, made again from the past."""
