"""The sandbox tax engine: asked before an invoice, told after it."""
