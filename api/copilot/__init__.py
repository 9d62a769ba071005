"""The doors of the copilot: AG-UI streams, OpenAI-compatible chat and MCP, over the same runs and the same rights."""
