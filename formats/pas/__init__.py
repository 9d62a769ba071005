"""Da Vinci PAS 2.2.1: the request and the inquiry we send, and the answers payers give (2.2.1, 2.0.1 and older)."""
