"""What is logged, and what is not."""

from spm import environment

# pyHanko's warnings quote certificates, and those name their holder's PESEL.
# flufl.bounce tells each of its readers, and whatever stops one of them on a broken letter.
SILENCED = {
    name: {"propagate": False, "level": "CRITICAL"}
    for name in ("pyhanko", "pyhanko_certvalidator", "signxml", "flufl.bounce")
}


def logging_settings() -> dict[str, object]:
    """Django's LOGGING: one line an event, to the console."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "weasyprint": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
            **SILENCED,
        },
        "root": {
            "handlers": ["console"],
            "level": environment.text("SPM_LOG_LEVEL", "INFO", "Least severe line that is logged."),
        },
    }
