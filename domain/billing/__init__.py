"""What is billed and paid: invoices, credit memos, payments."""
