"""Who acts: the one value that every action takes as `by`."""

from dataclasses import dataclass

JOB = "zadanie: "


@dataclass(frozen=True)
class Actor:
    """An account, a job or a gateway that changes something.

    `name` is what the audit shows («anna@…» never: an account's display name, or the job's name); `account_id` is None
    for jobs; `payer_id` is the payer for whom the account acts, None for staff and jobs.
    """

    name: str
    account_id: int | None = None
    payer_id: int | None = None
    address: str = ""


def job(name: str) -> Actor:
    """The actor of a scheduled job or a command: `job("queue_reminders")`."""
    return Actor(name=f"{JOB}{name}")


def shown_name(name: str) -> str:
    """The name of who acted as people read it: a job's own name is for programmers."""
    return "portal (samoczynnie)" if name.startswith(JOB) else name
