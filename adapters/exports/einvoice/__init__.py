"""E-invoices: documents by EN 16931 (Peppol BIS Billing 3) in UBL 2.1."""
