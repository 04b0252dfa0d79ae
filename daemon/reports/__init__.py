"""The monthly report and the weekly digest: gathered, kept, sent."""
