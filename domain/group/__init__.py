"""Entities of one group: what they charge each other, and their books as one."""
