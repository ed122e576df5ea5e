"""Programming languages: how a text of one becomes a program, and how its tests are asked."""
