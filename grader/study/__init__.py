"""Questions asked of finished runs; nothing here runs a sample."""
