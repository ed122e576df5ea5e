# expect: timeout
# evidence: cpu limit
while True:
    pass
