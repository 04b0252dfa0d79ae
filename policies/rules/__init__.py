"""One file a rule; each is a frozen model whose fields are its YAML keys."""
