"""XML from outside: no document type, so no entities to blow up or to read our files; no network; bounded in size."""

from lxml import etree

LARGEST = 10_000_000  # bytes


class NotXml(Exception):
    """The bytes are no XML that we read."""


class TooLargeXml(NotXml):
    """They are more than are read."""


class DeclaresType(NotXml):
    """They declare a document type."""


def parse(content: bytes, *, largest: int = LARGEST) -> "etree._Element":
    """The root element. Raises NotXml for what is broken or too deep, TooLargeXml for more than *largest* bytes,
    DeclaresType.
    """
    if len(content) > largest:
        raise TooLargeXml("too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(str(error)) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None or info.doctype:
        raise DeclaresType("a document type is declared")
    return root


def looks_like_xml(content: bytes) -> bool:
    """Whether the bytes begin as XML does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
