"""What others charge us: vendors, their bills and credits, what is paid, held back, accrued."""
