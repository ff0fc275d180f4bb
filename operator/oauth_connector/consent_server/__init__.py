"""The consent service: pages for a person's yes. It can read no Secret, keeps nothing, and speaks to no stranger."""
