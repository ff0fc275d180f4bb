"""The contract with users: models of the custom resources, reasons, conditions, and the CRD made from them."""
