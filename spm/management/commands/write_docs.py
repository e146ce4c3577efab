"""`manage.py write_docs`: the generated parts of docs/."""

from typing import Any

from core.commands import HouseCommand
from spm.docs import (
    DOCS,
    api_description,
    configuration_table,
    my_data_tables,
    processing_register,
    state_pictures,
    write,
)

PARTS = {
    "configuration.md": configuration_table,
    "states.md": state_pictures,
    "register-of-processing.md": processing_register,
    "formats/my-data.md": my_data_tables,
}
OPENAPI = "formats/openapi.json"


class Command(HouseCommand):
    """Writes settings, pictures of states, the register of processing and the form of my data into docs/."""

    help = "Write the generated parts of docs/."

    def run(self, **options: Any) -> dict[str, Any]:
        """Write each part."""
        for name, part in PARTS.items():
            write(name, part())
        (DOCS / OPENAPI).write_text(api_description(), encoding="utf-8")
        return {"written": [*PARTS, OPENAPI]}
