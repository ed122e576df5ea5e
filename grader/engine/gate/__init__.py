"""Whether a program compiles at all, asked outside of any sandbox slot."""
