"""A whole program that a model wrote, put in the place of a prompt and its completion.

`margin` cuts a text into what stands at its margin; `rules` knows what that is in each language;
`answers` takes code out of a chat answer; `merge` puts prompt and program together.
"""
