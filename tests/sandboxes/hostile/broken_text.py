# expect: raised ValueError
raise ValueError("\ud800 \x00 \x1b[2J \udfff")
