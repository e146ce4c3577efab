"""Every job of the timetable exists and has a test; every menu link leads somewhere."""

from django.conf import settings
from django.urls import reverse

from spm.celery import app
from spm.navigation import RESIDENT_MENU, STAFF_MENU
from tests.house.tree import python_files

FOOTER = ("declaration", "privacy", "contact", "easy_read", "report_fault")


def test_every_job_of_the_timetable_is_a_task() -> None:
    app.loader.import_default_modules()
    assert [job["task"] for job in app.conf.beat_schedule.values() if job["task"] not in app.tasks] == []


def test_every_job_of_the_timetable_is_named_in_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in python_files("tests"))
    assert [
        job["task"]
        for job in app.conf.beat_schedule.values()
        if f"tasks.{job['task'].rpartition('.')[2]}" not in tests
        and f"{job['task'].rpartition('.')[2]}.run" not in tests
        and f"import {job['task'].rpartition('.')[2]}" not in tests
    ] == []


def test_every_menu_link_leads_to_a_page() -> None:
    for _, name in RESIDENT_MENU:
        assert reverse(name)
    for _, items in STAFF_MENU:
        for _, _, name, _ in items:
            assert reverse(name)
    for name in FOOTER:
        assert reverse(name)


def test_the_portal_speaks_polish_and_warsaw_time() -> None:
    assert settings.LANGUAGE_CODE == "pl"
    assert settings.TIME_ZONE == "Europe/Warsaw"
