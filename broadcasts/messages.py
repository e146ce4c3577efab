"""The kind of message that a warning is. Registered as the app starts (broadcasts/apps.py imports this file)."""

from notifications.kinds import Kind, Priority, register

TEXT = "DOLINA: silny wiatr do godz. 6:00. Zostan w domu, zamknij okna, usun przedmioty z balkonu."
CRISIS_WARNING = Kind(
    code="crisis_warning",
    name="Ostrzeżenie kryzysowe",
    priority=Priority.CRISIS,
    facts={
        "text": TEXT,
        "text_en": "DOLINA: strong wind until 6:00. Stay at home, close the windows.",
        "text_uk": "DOLINA: сильний вітер до 6:00. Залишайтеся вдома, зачиніть вікна.",
        "title": "Dolina: silny wiatr",
        "title_en": "Dolina: strong wind",
        "title_uk": "Dolina: сильний вітер",
    },
    any_hour=True,
)

register(CRISIS_WARNING)
