"""What the check of a signed file found."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class SignatureReport:
    """One signature, judged.

    `intact`: it covers the whole document and nothing was changed since. `trusted`: at the time of signing its
    certificate led to the trust list, was in its term and not revoked. `reasons` are Polish words for each fault, then
    for what could not be checked. `pesel` stands here for comparison: it goes into no log and no stored report.
    """

    form: str = ""
    intact: bool = False
    trusted: bool = False
    signer: str = ""
    pesel: str = ""
    organisation: str = ""
    signed_at: datetime | None = None
    is_timestamped: bool = False
    is_trusted_profile: bool = False
    certificate: str = ""
    is_revocation_checked: bool = False
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it stands: intact, trusted, without a fault."""
        return self.intact and self.trusted and not self.faults

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that a clerk should know of it."""
        return (*self.faults, *self.notes)

    def with_fault(self, words: str) -> "SignatureReport":
        """The same with one more fault."""
        return replace(self, faults=(*self.faults, words))


def no_signature(words: str, *, form: str = "") -> SignatureReport:
    """The report of a file in which no signature can be judged."""
    return SignatureReport(form=form, faults=(words,))
