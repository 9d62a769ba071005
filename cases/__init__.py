"""The nouns of the product and their rules: pure, no input or output, no clock of its own."""
