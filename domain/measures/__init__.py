"""What a firm is steered by: earned value, receivables, use of time, and margin."""
