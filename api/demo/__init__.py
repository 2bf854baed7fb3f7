"""The demo: a fictional three-entity firm's 2025, through the commands a user would send."""
