"""A benchmark that others submit to: accounts, queue, board and log.

What is answered begins in `app`, what is kept in `store`, what is graded in `grading`.
"""
