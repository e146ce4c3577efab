"""XML from outside: no document type, so no entities to blow up or to read our files; no network; bounded in size."""

from lxml import etree

LARGEST = 10_000_000  # bytes


class NotXml(Exception):
    """The bytes are no XML that we read."""


def parse(content: bytes) -> "etree._Element":
    """The root element. Raises NotXml for what is broken, too large, too deep, or declares a document type."""
    if len(content) > LARGEST:
        raise NotXml("too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(str(error)) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None or info.doctype:
        raise NotXml("a document type is declared")
    return root


def looks_like_xml(content: bytes) -> bool:
    """Whether the bytes begin as XML does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
