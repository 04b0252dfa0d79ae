"""Words for people, in their language, with their numbers and their office's clock."""
