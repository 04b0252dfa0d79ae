"""What is stored for good: how a point is written, where it goes, and how the past is asked."""
