"""The monthly report: one document, in every format and language."""
