"""Who may do what: roles and the keys that carry them."""
