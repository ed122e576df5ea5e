"""What is sent into an image to prove it: standard library only, syntax of Python 3.6."""
