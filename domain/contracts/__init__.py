"""What was promised: the contract and its billing terms."""
