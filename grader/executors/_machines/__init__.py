"""Machines that grade for a driver: what is sent in chunks, what is believed of what comes back.

The driver's side: `dispatch` tells the story; `roster`, `machine`, `queue`, `canaries`, `answers`
and `outcome` are its parts. A machine's side: `desk`, `agent`, and `node_agent` for Ray. What both
say to each other is in `wire`. A further way to reach machines is a `MachineLink` (`machine`) in a
member of `executors/`, as `http` and `ray` are.
"""
