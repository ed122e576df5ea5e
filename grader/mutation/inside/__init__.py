"""What runs in a sandbox to tell mutants from their originals: standard library only.

The parts are sent as one text (`study/strength/apart.asking`): no name may stand in two of them,
and each uses those of the others without importing them.
"""
