"""Whether an XML signature covers all that a file says, seen from its references."""

from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES_OBJECT = "{http://uri.etsi.org/01903/v1.3.2#}QualifyingProperties"
IDS = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")


def covers_everything(root: "etree._Element", signature: "etree._Element") -> bool:
    """Whether nothing stands in the file beside the signature and what it refers to.

    Three shapes are known: the whole document with the signature in it (URI=""); the signature as the root with signed
    objects in it; a root that holds nothing but signed elements and the signature.
    """
    uris = [reference.get("URI") for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference")]
    if root is signature:
        return all(_is_covered(one, uris) for one in signature.iterfind(f"{DS}Object"))
    if "" in uris:
        return all(_is_covered(one, uris) for one in signature.iterfind(f"{DS}Object"))
    children = list(root.iterchildren(tag=etree.Element))
    is_bare = not (root.text or "").strip() and not any((child.tail or "").strip() for child in children)
    return is_bare and not root.attrib and all(child is signature or _refers(child, uris) for child in children)


def _is_covered(thing: "etree._Element", uris: list[str | None]) -> bool:
    """An object is covered itself or by each of its children; XAdES's own properties are read apart."""
    children = list(thing.iterchildren(tag=etree.Element))
    if _refers(thing, uris) or [child.tag for child in children] == [XADES_OBJECT]:
        return True
    return bool(children) and not (thing.text or "").strip() and all(_refers(child, uris) for child in children)


def _refers(thing: "etree._Element", uris: list[str | None]) -> bool:
    return any(f"#{thing.get(name)}" in uris for name in IDS if thing.get(name))
