"""OAuthConsents: the request to the user, and the next action."""
