# expect: left with 0
import os


class Leaving(Exception):
    def __str__(self):
        os._exit(0)


raise Leaving
