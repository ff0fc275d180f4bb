"""What acts on a connector: one reconciliation, and what it needs of the world as ports."""
