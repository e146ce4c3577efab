"""The parts of docs/ that are made from the code: the table of settings and the pictures of states."""

from pathlib import Path

from django.conf import settings

import notifications.states
import payments.states
from spm.environment import DECLARED

DOCS = Path(settings.BASE_DIR) / "docs"
BEGIN, END = "<!-- generated: make docs -->", "<!-- end of generated -->"


def configuration_table() -> str:
    """Every environment variable in the order of the settings, with its default outside production, as a table."""
    lines = ["| variable | kind | default | meaning |", "| --- | --- | --- | --- |"]
    for variable in DECLARED.values():
        name = f"`{variable.name}`" + (" (secret)" if variable.secret else "")
        default = variable.default.replace(str(settings.DATA_DIR), ".demo").replace(f"{settings.BASE_DIR}/", "")
        default = f"`{default}`" if default else ""
        lines.append(f"| {name} | {variable.kind} | {default} | {variable.meaning} |")
    return "\n".join(lines)


def state_pictures() -> str:
    """The life of a message and of a payment, as Mermaid pictures."""
    message = f"## A message\n\n```mermaid\n{notifications.states.mermaid()}\n```"
    return f"{message}\n\n## A payment\n\n```mermaid\n{payments.states.mermaid()}\n```"


def write(name: str, generated: str) -> None:
    """Put *generated* between the marks of docs/*name*."""
    path = DOCS / name
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}", encoding="utf-8")
