"""What suites without code ask the product, one file for each kind."""
