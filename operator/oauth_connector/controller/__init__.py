"""Acts on connectors: the reconciliation, and the ports through which it reaches the outside world."""
