"""The copilot: questions of staff answered from policies, charts and case records, each sentence with its source."""
