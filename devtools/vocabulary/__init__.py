"""Find words that the project does not use: `terms.toml` names each with the word to write instead."""
