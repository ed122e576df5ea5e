def build_order(needs: dict[str, list[str]]) -> list[str]:
    """The order in which parts are built.

    >>> build_order({"roof": ["wall"], "door": ["wall"]})
    ['wall', 'door', 'roof']
    """
