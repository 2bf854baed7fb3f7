"""Every rule of the business; imports nothing else of ours."""
