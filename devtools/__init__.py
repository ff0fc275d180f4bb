"""Programs for those who work on the operator: checks, generators, a control plane, the demo."""
