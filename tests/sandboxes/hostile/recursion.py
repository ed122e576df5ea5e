# expect: raised RecursionError
def deeper():
    deeper()


deeper()
