"""The parts of a page, as values: words, numbers and instants, no markup and no language."""
