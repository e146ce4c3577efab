"""The project's settings with the peers' apps beside ours."""

from spm.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "post_office"]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
POST_OFFICE = {"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}, "LOG_LEVEL": 0}
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
