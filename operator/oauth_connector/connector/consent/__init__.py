"""An OAuthConsent: what is requested of the user, and what to do about it next."""
