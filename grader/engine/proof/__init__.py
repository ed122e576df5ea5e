"""Programs and commands of known outcome, which a sandbox must tell apart before it is used."""
