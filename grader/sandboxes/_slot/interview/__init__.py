"""The conversation between a trusted checker and an untrusted candidate. Standard library only.

    checker process                          candidate process
    tests + stubs  ── call: name, values ──▶  the model's program
                   ◀── result: values ──────

Both ends live here: `codec` (values as text; of which types, `values`, `arrays` and `science` say),
`talk` (frames, handles), `checker`, `candidate`. Nothing the candidate sends is ever executed,
unpickled, compared or hashed by its own rules.
"""
