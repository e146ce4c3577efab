"""`python -m tests.faults.outbox_town COUNT CHANNEL`: a full outbox, on the database that DATABASE_URL names."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
django.setup()

from tests.faults.outbox import fill_outbox  # noqa: E402  after the setup

if __name__ == "__main__":
    fill_outbox(int(sys.argv[1]), channel=sys.argv[2])
