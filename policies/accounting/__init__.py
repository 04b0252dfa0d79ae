"""What was used, what was avoided and how surely: sums over slots, pure."""
