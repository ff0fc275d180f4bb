"""The consent server: the pages of user authorization. It cannot read Secrets, stores nothing and needs no egress."""
