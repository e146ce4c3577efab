"""How large the faults are: small among all tests, whole in `make faults` (SPM_FAULTS_KILLS, 200 there)."""

import os

KILLS = int(os.environ.get("SPM_FAULTS_KILLS") or 0)


def sized(small: int, *, of_200: int) -> int:
    """*small* among all tests; in `make faults` *of_200*, in proportion where fewer kills were asked for."""
    return max(small, of_200 * KILLS // 200) if KILLS else small
