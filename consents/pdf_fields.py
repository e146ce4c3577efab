"""The filled fields of our PDF form, as they stood when it was signed."""

from collections.abc import Iterator
from dataclasses import replace

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from consents.replacement import Choice
from consents.said import Said, contradictions

NUMBER, NAME, PHONE, EMAIL = "numer", "nazwa", "telefon", "email"
RESIGNS, CLAUSE, FORM = "rezygnacja", "wersja_klauzuli", "nr_formularza"
TICK = "zgoda"  # «zgoda:waste:sms»
DEEPEST = 5
MOST_FIELDS = 2_000
OFF = {"/Off", "Off", ""}
NOT_OURS = "To nie jest formularz urzędu: nie ma w nim pól wniosku. Dane trzeba przepisać ręcznie."
ACTIVE = "Dokument zawiera skrypty albo formularz XFA, więc może pokazywać co innego, niż podpisano."
TWICE = "Pole formularza występuje dwa razy z różną treścią."


def read_form(reader: PdfFileReader, revision: int) -> Said:
    """What the form's fields said in *revision*; later changes are not looked at. Raises what pyHanko raises."""
    root = reader.get_historical_root(revision)
    form = root.get("/AcroForm")
    if form is None:
        return Said(faults=(NOT_OURS,))
    values: dict[str, str] = {}
    faults = []
    if _is_active(root, form):
        faults.append(ACTIVE)
    for name, value in _fields(form.get("/Fields", generic.ArrayObject()), "", 0):
        if values.setdefault(name, value) != value:
            faults.append(TWICE)
        if len(values) > MOST_FIELDS:
            return Said(faults=(NOT_OURS,))
    if NUMBER not in values and not any(name.startswith(f"{TICK}:") for name in values):
        return Said(faults=(NOT_OURS,))
    ticked = [name.split(":") for name, value in values.items() if name.startswith(f"{TICK}:") and value not in OFF]
    said = Said(
        number=values.get(NUMBER, ""),
        name=values.get(NAME, ""),
        phone=values.get(PHONE, ""),
        email=values.get(EMAIL, ""),
        choices=frozenset(Choice(*parts[1:]) for parts in ticked if len(parts) == 3),
        resigns=values.get(RESIGNS, "") not in OFF,
        clause_version=values.get(CLAUSE, ""),
        form_number=values.get(FORM, ""),
    )
    return replace(said, faults=(*dict.fromkeys(faults), *contradictions(said)))


def _fields(fields: object, parent: str, depth: int) -> Iterator[tuple[str, str]]:
    """Full name and value of each field; a box's value is also the state that its picture shows."""
    if depth > DEEPEST or not isinstance(fields, generic.ArrayObject):
        return
    for one in fields:
        field = one.get_object()
        if not isinstance(field, generic.DictionaryObject):
            continue
        name = ".".join(part for part in (parent, str(field.get("/T", ""))) if part)
        kids = field.get("/Kids")
        if kids is not None and any("/T" in kid.get_object() for kid in kids):
            yield from _fields(kids, name, depth + 1)
            continue
        if field.get("/FT") == "/Btn":
            yield name, str(field.get("/V", "/Off"))
            for widget in kids or [field]:
                if "/AS" in widget.get_object():
                    yield name, str(widget.get_object()["/AS"])
        elif field.get("/FT") == "/Tx":
            yield name, " ".join(str(field.get("/V", "")).split())


def _is_active(root: generic.DictionaryObject, form: generic.DictionaryObject) -> bool:
    names = root.get("/Names")
    scripts = isinstance(names, generic.DictionaryObject) and "/JavaScript" in names
    return "/XFA" in form or scripts or "/AA" in root or _runs(root.get("/OpenAction"))


def _runs(action: object) -> bool:
    return isinstance(action, generic.DictionaryObject) and action.get("/S") not in {None, "/GoTo"}
