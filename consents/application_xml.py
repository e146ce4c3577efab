"""The application as XML (docs/formats/consent-application.md): checked by its schema, then read."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from lxml import etree

from consents.replacement import Choice
from consents.said import Said, contradictions
from core.xml_from_outside import NotXml, parse

NAMESPACE = "urn:spm:wniosek-o-powiadomienia:1"
SCHEMA = Path(__file__).parent / "data" / "wniosek-o-powiadomienia-1.xsd"
ROOT = f"{{{NAMESPACE}}}wniosek"
NOT_OURS = "W podpisanej treści nie ma wniosku o powiadomienia. Dane trzeba przepisać ręcznie."
SEVERAL = "W podpisanej treści jest więcej niż jeden wniosek."
OFF_SCHEMA = "Wniosek nie zgadza się ze wzorem: {where}."


@lru_cache(maxsize=1)
def schema() -> "etree.XMLSchema":
    """The published schema."""
    return etree.XMLSchema(etree.fromstring(SCHEMA.read_bytes()))


def find_applications(pieces: "tuple[bytes, ...]") -> list["etree._Element"]:
    """The applications in what a signature covers."""
    found = []
    for piece in pieces:
        try:
            root = parse(piece)
        except NotXml:
            continue
        found += list(root.iter(ROOT))
    return found


def read_xml(pieces: "tuple[bytes, ...]") -> Said:
    """What the one application in the signed *pieces* says."""
    found = find_applications(pieces)
    if len(found) != 1:
        return Said(faults=(SEVERAL if found else NOT_OURS,))
    application = etree.fromstring(etree.tostring(found[0], with_tail=False))
    for signature in application.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        application.remove(signature)
    if not schema().validate(application):
        return Said(faults=(OFF_SCHEMA.format(where=_where()),))
    texts = {name: application.findtext(f"{{{NAMESPACE}}}{name}", "").strip() for name in FIELDS}
    boxes = application.iter(f"{{{NAMESPACE}}}powiadomienie")
    said = Said(
        number=texts["numer"],
        name=" ".join(texts["nazwa"].split()),
        phone=texts["telefon"],
        email=texts["email"],
        choices=frozenset(Choice(str(box.get("rodzaj")), str(box.get("droga"))) for box in boxes),
        resigns=application.find(f"{{{NAMESPACE}}}rezygnacja") is not None,
        clause_version=str(application.get("klauzula", "")),
        form_number=str(application.get("formularz", "")),
    )
    return replace(said, faults=contradictions(said))


FIELDS = ("numer", "nazwa", "telefon", "email")


def _where() -> str:
    """Where the schema was broken; what stands there is not repeated, for it may be somebody's number."""
    first = schema().error_log[0]
    return f"wiersz {first.line}, {str(first.path).rsplit('/', 1)[-1].split(':')[-1] or 'wniosek'}"
