"""The nouns of the gateway, one file each: type, table, and the query that lists it."""
