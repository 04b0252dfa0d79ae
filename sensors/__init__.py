"""What devices say and understand: pure, and free of anything else of ours."""
