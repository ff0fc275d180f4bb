"""Programs for developers of the operator: checks, generators, a control plane, authorization servers, the demo."""
