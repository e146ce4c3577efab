"""Opening an encrypted assertion as Węzeł Krajowy closes it, or as RSA brokers do.

The node agrees on a key by ECDH-ES over P-256 with ConcatKDF-SHA256, wraps the content's key by AES-KW and encrypts
the content by AES-GCM (XML Encryption 1.1). Brokers with RSA keys wrap the content's key by RSA-OAEP.
"""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from residents.federated.login_gov_pl.messages import DS, Unreadable, read_xml

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
SPACES = {"xenc": XENC, "xenc11": XENC11, "ds": DS, "dsig11": DSIG11}
CONTENT = {f"{XENC11}aes128-gcm", f"{XENC11}aes256-gcm"}
WRAPS = {f"{XENC}kw-aes128": 16, f"{XENC}kw-aes256": 32}
OAEP = {f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"}
AGREEMENT = f"{XENC11}ECDH-ES"
P256 = "urn:oid:1.2.840.10045.3.1.7"
NONCE_BYTES = 12


def decrypt(encrypted: etree._Element, private_key: str) -> etree._Element:
    """The element inside *encrypted* (an EncryptedAssertion), by our PEM *private_key*.

    Raises Unreadable when it is closed for another key, by a cipher that we do not take, or was altered.
    """
    private = load_pem_private_key(private_key.encode(), None)
    try:
        content = _one(encrypted, "xenc:EncryptedData")
        if _algorithm(content) not in CONTENT:
            raise Unreadable
        key = _content_key(encrypted, private)
        sealed = _bytes(_one(content, "xenc:CipherData/xenc:CipherValue").text)
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, InvalidUnwrap, ValueError, TypeError, AttributeError) as error:
        raise Unreadable from error
    return read_xml(plain)


def _content_key(encrypted: etree._Element, private: object) -> bytes:
    # The key stands inside the data's KeyInfo, or beside the data.
    closed = _one(encrypted, ".//xenc:EncryptedKey")
    wrapped = _bytes(_one(closed, "xenc:CipherData/xenc:CipherValue").text)
    method = _algorithm(closed)
    if isinstance(private, ec.EllipticCurvePrivateKey) and method in WRAPS:
        return aes_key_unwrap(_agreed_key(closed, private, WRAPS[method]), wrapped)
    if isinstance(private, rsa.RSAPrivateKey) and method in OAEP:
        return private.decrypt(wrapped, _oaep(closed))
    raise Unreadable


def _agreed_key(closed: etree._Element, private: ec.EllipticCurvePrivateKey, length: int) -> bytes:
    agreement = _one(closed, "ds:KeyInfo/xenc:AgreementMethod")
    derivation = _one(agreement, "xenc11:KeyDerivationMethod/xenc11:ConcatKDFParams")
    digest = _one(derivation, "ds:DigestMethod").get("Algorithm")
    theirs = _one(agreement, "xenc:OriginatorKeyInfo/ds:KeyValue/dsig11:ECKeyValue")
    if (
        agreement.get("Algorithm") != AGREEMENT
        or digest != f"{XENC}sha256"
        or _one(theirs, "dsig11:NamedCurve").get("URI") != P256
    ):
        raise Unreadable
    point = _bytes(_one(theirs, "dsig11:PublicKey").text)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)  # refuses a point off the curve
    told = "".join(derivation.get(name) or "" for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo"))
    return ConcatKDFHash(hashes.SHA256(), length, bytes.fromhex(told)).derive(private.exchange(ec.ECDH(), public))


def _oaep(closed: etree._Element) -> padding.OAEP:
    digest = closed.find("xenc:EncryptionMethod/ds:DigestMethod", SPACES)
    named = f"{DS}sha1" if digest is None else digest.get("Algorithm")
    known: dict[str, hashes.HashAlgorithm] = {f"{DS}sha1": hashes.SHA1(), f"{XENC}sha256": hashes.SHA256()}  # noqa: S303  OAEP's own default, no signature
    if named not in known:
        raise Unreadable
    mask = closed.find("xenc:EncryptionMethod/xenc11:MGF", SPACES)
    over = hashes.SHA256() if mask is not None and mask.get("Algorithm") == f"{XENC11}mgf1sha256" else hashes.SHA1()  # noqa: S303
    return padding.OAEP(mgf=padding.MGF1(over), algorithm=known[named], label=None)


def _one(element: etree._Element, path: str) -> etree._Element:
    found: list[etree._Element] = element.findall(path, SPACES)
    if len(found) != 1:
        raise Unreadable
    return found[0]


def _algorithm(element: etree._Element) -> str:
    return str(_one(element, "xenc:EncryptionMethod").get("Algorithm"))


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")
