"""Vendors of our own, on real sockets: state, memory of keys, throttling and failures."""
