"""What rows of other people's files become here: commands, derived from nothing but the row."""
