"""The output Secret and the state Secret as values: rendering, metadata, ownership."""
