"""The RODO clause on the application; a new wording gets a new version, and each application keeps its own.

Texts are never changed here, only added: they are evidence, and their digests are in the chain.
"""

import hashlib

VERSION = "2026-2"
TEXTS = {
    "2026-1": (
        "Wyrażam zgodę na przesyłanie przez urząd powiadomień zaznaczonych rodzajów na podany numer telefonu lub adres "
        "e-mail. Zgoda jest dobrowolna i mogę ją wycofać w każdej chwili nowym wnioskiem; nie wpływa to na zgodność "
        "z prawem wcześniejszych powiadomień. Administratorem danych jest gmina. Dane są przetwarzane na podstawie "
        "art.\u00a06 ust.\u00a01 lit.\u00a0a\u00a0RODO, nie są przekazywane poza operatorów wysyłki i są przechowywane "
        "do wycofania zgody, a sam dowód jej udzielenia do przedawnienia roszczeń. Mam prawo dostępu do danych, ich "
        "sprostowania, usunięcia, ograniczenia przetwarzania i przenoszenia oraz skargi do Prezesa UODO."
    ),
    "2026-2": (
        "Wyrażam zgodę na przesyłanie przez urząd powiadomień zaznaczonych rodzajów na podany numer telefonu lub adres "
        "e-mail. Zgoda jest dobrowolna i mogę ją wycofać w każdej chwili: nowym wnioskiem, jednym przyciskiem "
        "w portalu, odnośnikiem z każdej takiej wiadomości e-mail albo odpowiadając STOP na SMS; nie wpływa to na "
        "zgodność z prawem wcześniejszych powiadomień. Administratorem danych jest gmina. Dane są przetwarzane na "
        "podstawie art.\u00a06 ust.\u00a01 lit.\u00a0a\u00a0RODO, nie są przekazywane poza operatorów wysyłki i są "
        "przechowywane do wycofania zgody, a sam dowód jej udzielenia do przedawnienia roszczeń. Mam prawo dostępu do "
        "danych, ich sprostowania, usunięcia, ograniczenia przetwarzania i przenoszenia oraz skargi do Prezesa UODO."
    ),
}
TEXT = TEXTS[VERSION]


def text_of(version: str) -> str:
    """The clause as it stood in *version*, '' when nobody kept it."""
    return TEXTS.get(version, "")


def digest(version: str) -> str:
    """SHA-256 of that text, '' when nobody kept it."""
    return hashlib.sha256(text_of(version).encode()).hexdigest() if version in TEXTS else ""
