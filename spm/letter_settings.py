"""How dunning letters are made; `spm.settings` takes it up."""

from spm import environment


def letter_processes() -> int:
    """On how many cores letters are set. 0: on all of them."""
    return environment.integer(
        "SPM_LETTER_PROCESSES",
        0,
        "Processes that set dunning letters as PDF while a run is under way; 0: one on each core.",
    )
