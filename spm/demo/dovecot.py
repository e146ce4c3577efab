"""A mailbox of its own for the demo and the tests: Debian's dovecot in a folder, as root or as anybody else.

IMAP alone, on loopback, without TLS unless a certificate is given; users and passwords stand in a file; mail lies in
Maildirs. Nothing of the machine's own dovecot is read or touched.
"""

import atexit
import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from spm.demo.machine import server_path

PACKAGE = "dovecot-imapd"
WORKER, LOGIN = "dovecot", "dovenull"  # made by Debian's package; a master of root may not run as root


@dataclass(frozen=True)
class Post:
    """A dovecot to be: where it lives and listens, and who has a mailbox there."""

    folder: Path
    port: int
    user: str
    password: str
    tls_port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    others: tuple[tuple[str, str], ...] = ()  # further mailboxes: user and password


def is_installed() -> bool:
    """Whether dovecot with IMAP is there."""
    return bool(server_path("dovecot")) and Path("/usr/lib/dovecot/imap").exists()


def folder_for(wanted: Path) -> Path:
    """*wanted*, or a new one beside the system's temporary files where root's workers could not reach it."""
    reachable = os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in wanted.resolve().parents)
    if reachable:
        return wanted
    aside = Path(tempfile.mkdtemp(prefix="spm-mailbox-"))
    atexit.register(shutil.rmtree, aside, ignore_errors=True)
    return aside


def end_earlier(folder: Path) -> None:
    """Stop a dovecot that outlived the killed demo of this *folder*: it holds the folder until it is gone."""
    try:
        pid = int((folder / "run" / "master.pid").read_text(encoding="ascii"))
        command_line = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return
    if str(folder / "dovecot.conf") not in command_line:
        return
    for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.05)


def command(post: Post) -> list[str]:
    """Write the folder's configuration; the command that runs dovecot in the foreground."""
    post.folder.mkdir(parents=True, exist_ok=True)
    is_root = os.geteuid() == 0
    worker, login = (WORKER, LOGIN) if is_root else (getpass.getuser(), getpass.getuser())
    group = grp.getgrgid(pwd.getpwnam(worker).pw_gid).gr_name
    for name in ("run", "mail", "state"):
        (post.folder / name).mkdir(exist_ok=True)
    if is_root:
        for name in ("mail", "state"):
            shutil.chown(post.folder / name, worker, group)
        post.folder.chmod(0o711)
    users = post.folder / "users"
    known = ((post.user, post.password), *post.others)
    users.write_text("".join(f"{user}:{{PLAIN}}{password}\n" for user, password in known), encoding="utf-8")
    users.chmod(0o644)
    configuration = post.folder / "dovecot.conf"
    configuration.write_text(_configuration(post, worker=worker, group=group, login=login), encoding="utf-8")
    return [server_path("dovecot"), "-F", "-c", str(configuration)]


def _configuration(post: Post, *, worker: str, group: str, login: str) -> str:
    run, state = post.folder / "run", post.folder / "state"
    tls = "ssl = no"
    if post.certificate:
        tls = f"ssl = yes\nssl_cert = <{post.certificate}\nssl_key = <{post.key}"
    return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {run}
state_dir = {state}
log_path = {post.folder}/dovecot.log
default_internal_user = {worker}
default_internal_group = {group}
default_login_user = {login}
mail_uid = {worker}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
mail_location = maildir:{post.folder}/mail/%u
{tls}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {post.folder}/users
}}
userdb {{
  driver = static
  args = uid={worker} gid={group} home={post.folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {post.port}
  }}
  inet_listener imaps {{
    port = {post.tls_port}
    ssl = yes
  }}
}}
"""
