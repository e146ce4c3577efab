#!/usr/bin/env python3
"""The one door for commands.

With no settings at all it works on the demo's embedded PostgreSQL: it finds or starts it, and migrates a new one.
Set SPM_PROFILE=production (see docs/configuration.md) and it uses what the environment names, nothing else.
"""

import gc
import os
import sys

import django
from django.core.management import call_command, execute_from_command_line

from spm import embedded
from spm.environment import WrongSetting

NEED_NO_TABLES = {"migrate", "makemigrations", "check", "help", "--help", "version", "--version"}
# What apps and migrations load stays: looked through for garbage at every 700 objects it took a third of `migrate`.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> int:
    """Run one management command; settings that are wrong end it with one line and code 2."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        database_is_new = embedded.complete(os.environ)
        if database_is_new and not NEED_NO_TABLES.intersection(sys.argv[1:2]):
            django.setup()
            call_command("migrate", verbosity=0)
        execute_from_command_line(sys.argv)
    except (embedded.ServerTrouble, WrongSetting) as trouble:
        print(trouble, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
