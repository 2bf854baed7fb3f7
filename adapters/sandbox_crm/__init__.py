"""Delivery to the sandbox CRM."""
