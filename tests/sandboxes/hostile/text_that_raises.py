# expect: raised Silent
class Silent(Exception):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


raise Silent
