"""Who may do what: keys, scopes, limits, and browsers that signed in."""
