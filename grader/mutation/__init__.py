"""Wrong solutions made of right ones: small changes to a program's text or to a patch."""
