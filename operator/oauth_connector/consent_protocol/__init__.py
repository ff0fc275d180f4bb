"""What the operator, the consent server and the kubectl plugin share about a consent."""
