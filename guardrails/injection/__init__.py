"""Instructions inside untrusted text: found, marked and told to a person. Such text is only ever read as data."""
