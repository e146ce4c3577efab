"""A batch split among the connections of a gateway that takes one message after the other."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from itertools import repeat

from notifications.gateways import Flight, Parcel, Receipt


def over_lines(
    pool: Executor,
    send_share: Callable[[Sequence[Parcel], int, Flight], list[Receipt]],
    parcels: Sequence[Parcel],
    flight: Flight,
    *,
    lines: int,
    smallest: int,
) -> list[Receipt]:
    """Hand *parcels* over in *lines* shares at once, none of fewer than *smallest*: a connection costs time as well.

    *send_share* hands over one share on the line of that number, from 0.
    """
    share = max(smallest, -(-len(parcels) // lines))
    shares = [parcels[start : start + share] for start in range(0, len(parcels), share)]
    sent = pool.map(send_share, shares, range(lines), repeat(flight))
    return [receipt for receipts in sent for receipt in receipts]
