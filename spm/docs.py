"""The parts of docs/ that are made from the code: settings, pictures of states, the register, the form of my data."""

import json
from pathlib import Path

from django.conf import settings

import broadcasts.states
import notifications.states
import payments.refund_states
import payments.states
from core.processing import CATEGORIES, Category
from liabilities import openapi
from residents.account_section import ACCOUNT_SECTION
from residents.disclosure import sections
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
    payment = f"## A payment\n\n```mermaid\n{payments.states.mermaid()}\n```"
    refund = f"## A refund\n\n```mermaid\n{payments.refund_states.refund_mermaid()}\n```"
    warning = f"## A warning of the town\n\n```mermaid\n{broadcasts.states.mermaid()}\n```"
    return f"{message}\n\n{payment}\n\n{refund}\n\n{warning}"


def processing_register() -> str:
    """The register of processing (art. 30 RODO), a table a category, in the words of the office."""
    return "\n\n".join(_of_register(category) for category in CATEGORIES.values())


def _of_register(category: Category) -> str:
    least = f" (z mocy prawa co najmniej {category.least})" if category.least else ""
    facts = {
        "Cel": category.purpose,
        "Czyje dane": category.people,
        "Jakie dane": category.data,
        "Odbiorcy": category.recipients,
        "Podstawa": category.lawful_basis,
        "Jak długo": f"{category.keep}{least}; od: {category.since}",
        "Dlaczego tak długo": category.kept_basis,
        "Co dalej": category.why_kept or "usuwane co noc (`manage.py apply_retention`)",
    }
    rows = "\n".join(f"| {name} | {fact} |" for name, fact in facts.items())
    return f"### {category.name}\n\n| `{category.code}` | |\n| --- | --- |\n{rows}"


def my_data_tables() -> str:
    """The tables of «Moje dane», with the key, the meaning and the kind of each column."""
    return "\n\n".join(
        f"### `dane/{section.code}.json`: {section.name}\n\n"
        + "\n\n".join(
            f"`{table.code}`: {table.name}\n\n| key | meaning | kind |\n| --- | --- | --- |\n"
            + "\n".join(f"| `{column.key}` | {column.label} | {column.shape} |" for column in table.columns)
            for table in section.tables
        )
        for section in (*sections(), ACCOUNT_SECTION)
    )


def api_description() -> str:
    """The API for finance systems as an OpenAPI document, as docs/ keeps it."""
    return json.dumps(openapi.document(), ensure_ascii=False, indent=2) + "\n"


def write(name: str, generated: str) -> None:
    """Put *generated* between the marks of docs/*name*."""
    path = DOCS / name
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}", encoding="utf-8")
