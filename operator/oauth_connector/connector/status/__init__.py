"""What a reconciliation found, and the status, conditions and Events that follow from it."""
