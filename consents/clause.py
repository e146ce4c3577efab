"""The RODO clause on the application; a new wording gets a new version, and each application keeps its own."""

VERSION = "2026-1"
TEXT = (
    "Wyrażam zgodę na przesyłanie przez urząd powiadomień zaznaczonych rodzajów na podany numer telefonu lub adres "
    "e-mail. Zgoda jest dobrowolna i mogę ją wycofać w każdej chwili nowym wnioskiem; nie wpływa to na zgodność "
    "z prawem wcześniejszych powiadomień. Administratorem danych jest gmina. Dane są przetwarzane na podstawie "
    "art.\u00a06 ust.\u00a01 lit.\u00a0a\u00a0RODO, nie są przekazywane poza operatorów wysyłki i są przechowywane "
    "do wycofania zgody, a sam dowód jej udzielenia do przedawnienia roszczeń. Mam prawo dostępu do danych, ich "
    "sprostowania, usunięcia, ograniczenia przetwarzania i przenoszenia oraz skargi do Prezesa UODO."
)
