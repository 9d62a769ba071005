"""X12 interchanges: segments and their hierarchy read liberally, the 278 request (005010X217) written strictly."""
