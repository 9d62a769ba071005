"""The side panel: server-rendered pages and plain ES modules over casework; no build step, no foreign script."""
