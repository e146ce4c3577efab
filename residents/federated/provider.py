"""What allauth's providers here share: of a proven person nothing is kept but the keyed index of the PESEL."""

from core.encryption import fingerprint
from residents.federated.proven import Proven


class KeepsNoIdentity:
    """Mixed into a provider of allauth."""

    def extract_uid(self, data: Proven) -> str:
        """The PESEL's keyed index: never the PESEL, nor a subject that might be one."""
        return fingerprint(data.pesel)

    def extract_extra_data(self, data: Proven) -> dict[str, object]:
        """Nothing is kept beside the account."""
        return {}

    def extract_common_fields(self, data: Proven) -> dict[str, str]:
        """The name, for a new account."""
        return {"name": data.name}
