"""Reading with a model: typed tasks whose every quote, number, date and code is verified before anything uses it."""
