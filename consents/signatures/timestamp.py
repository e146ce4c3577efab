"""The time stamp of an XML signature: a token of a trusted authority over the signature's value (RFC 3161)."""

import asyncio
import hashlib
from base64 import b64decode
from datetime import datetime

from asn1crypto import cms
from lxml import etree
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data

from consents.signatures import chain
from consents.signatures.trust import Trust

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def stamped_at(signature: "etree._Element", *, trust: Trust, evidence: chain.Evidence, at: datetime) -> datetime | None:
    """When a trusted authority saw the signature; None without such a token, or with one that proves nothing."""
    value = signature.find(f"{DS}SignatureValue")
    for stamp in signature.iter(f"{XADES}SignatureTimeStamp"):
        method = stamp.find(f"{DS}CanonicalizationMethod")
        is_exclusive = method is not None and str(method.get("Algorithm")).startswith(EXCLUSIVE)
        signed = etree.tostring(value, method="c14n", exclusive=is_exclusive, with_tail=False)
        for token in stamp.iter(f"{XADES}EncapsulatedTimeStamp"):
            moment = _proven(b64decode(token.text or ""), signed, trust, evidence, at)
            if moment is not None:
                return moment
    return None


def _proven(token: bytes, signed: bytes, trust: Trust, evidence: chain.Evidence, at: datetime) -> datetime | None:
    if not trust.anchors:
        return None
    try:
        data = cms.ContentInfo.load(token)["content"]
        status = asyncio.run(
            validate_tst_signed_data(
                data,
                chain.context(trust, evidence, at=at),
                lambda algorithm: hashlib.new(algorithm, signed).digest(),
            )
        )
    except (SignatureValidationError, ValueError, TypeError, KeyError):
        return None
    moment = status["timestamp"]
    is_trusted = (
        status["intact"]
        and status["valid"]
        and status["trust_problem_indic"] is None
        and status["validation_path"] is not None
    )
    return moment if is_trusted and isinstance(moment, datetime) else None
