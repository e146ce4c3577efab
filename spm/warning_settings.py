"""Settings of crisis warnings: where the town lies, from which grade officers are woken, which sources are asked."""

from typing import TypedDict

from spm import environment


class WarningSettings(TypedDict):
    """Where warnings come from and which concern the town. An empty address: that source is not asked."""

    teryt: str
    level: int
    catchments: list[str]
    imgw_url: str
    rso_url: str
    cap_urls: list[str]


def warning_settings(*, production: bool) -> WarningSettings:
    """The settings. Raises WrongSetting for a TERYT code or a grade that cannot be."""
    teryt = environment.text(
        "SPM_TOWN_TERYT", "", "The town's TERYT code, 6 or 7 digits; empty: no warning is taken for the town's own."
    )
    if teryt and not (teryt.isdecimal() and len(teryt) in {6, 7}):
        raise environment.WrongSetting(f"SPM_TOWN_TERYT={teryt!r} is no TERYT code of a town: 6 or 7 digits.")
    level = environment.integer(
        "SPM_WARNING_LEVEL", 2, "The grade (1 to 3) from which a warning wakes the officers on duty by SMS."
    )
    if level not in {1, 2, 3}:
        raise environment.WrongSetting(f"SPM_WARNING_LEVEL={level} is none of 1, 2, 3.")
    return WarningSettings(
        teryt=teryt,
        level=level,
        catchments=environment.words(
            "SPM_WARNING_CATCHMENTS",
            [],
            "Codes of IMGW's river catchments that concern the town; none: all of its voivodeship.",
        ),
        imgw_url=environment.text(
            "SPM_IMGW_URL",
            "https://danepubliczne.imgw.pl" if production else "",
            "IMGW-PIB's public data, asked every two minutes. Empty: not asked.",
        ).rstrip("/"),
        rso_url=environment.text(
            "SPM_RSO_URL",
            "https://komunikaty.tvp.pl" if production else "",
            "The Regional Warning System, asked as often. Empty: not asked.",
        ).rstrip("/"),
        cap_urls=environment.words(
            "SPM_CAP_URLS", [], "Addresses of CAP 1.2 messages that others publish, asked as often."
        ),
    )
