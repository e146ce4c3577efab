"""`check --deploy` under production settings with made-up secrets: `python -m tests.house.deploy_check`."""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Run the check; its exit code is ours."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    production = {
        "PATH": os.environ.get("PATH", ""),
        "SPM_PROFILE": "production",
        "SPM_SECRET_KEY": secrets.token_urlsafe(60),
        "SPM_ENCRYPTION_KEYS": key,
        "SPM_INDEX_KEY": key,
        "SPM_SMSAPI_REPORT_SECRET": secrets.token_urlsafe(24),
        "SPM_BASE_URL": "https://portal.example",
        "SPM_ALLOWED_HOSTS": "portal.example",
        "DATABASE_URL": "postgresql://spm@127.0.0.1/spm",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env=production, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
