"""Every answer, rebuilt from the log at will; one file a question."""
