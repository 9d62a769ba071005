"""What we know: policies with their versions, payers, rules as dated data, criteria trees."""
