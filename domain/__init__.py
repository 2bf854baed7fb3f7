"""Every rule of the business; imports nothing else of ours.

Importing :mod:`domain.contexts` makes every event and command known.
"""
