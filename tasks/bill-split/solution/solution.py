def split_bill(cents: int, weights: list[int]) -> list[int]:
    """Divide a bill in proportion to weights, in whole cents."""
    whole = sum(weights)
    if whole == 0:
        raise ValueError("nobody pays")
    shares = [cents * weight // whole for weight in weights]
    lost = [cents * weight % whole for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda number: -lost[number])
    for number in by_loss[: cents - sum(shares)]:
        shares[number] += 1
    return shares
