"""Delivery to the sandbox accounting system."""
