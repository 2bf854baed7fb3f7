"""The bench: every target beside its limit, measured in the same run on the same server."""
