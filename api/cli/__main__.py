"""`python -m api.cli`: the same as the `countersign` script, from the checkout one stands in."""

from api.cli import main

main()
