"""`manage.py write_docs`: the generated parts of docs/."""

from typing import Any

from core.commands import HouseCommand
from spm.docs import configuration_table, state_pictures, write


class Command(HouseCommand):
    """Writes the table of settings and the pictures of states into docs/."""

    help = "Write the generated parts of docs/."

    def run(self, **options: Any) -> dict[str, Any]:
        """Write both."""
        write("configuration.md", configuration_table())
        write("states.md", state_pictures())
        return {"written": ["configuration.md", "states.md"]}
