"""The edge to strangers: outbound HTTP behind one guard."""
