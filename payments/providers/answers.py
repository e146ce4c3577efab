"""What vendors answer over HTTP, read defensively: a gateway's fault may bring HTML, a list or nothing."""

from typing import Any

from requests import Response


def body_of(answer: Response) -> dict[str, Any]:
    """The answer's JSON object; {} for anything else."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
