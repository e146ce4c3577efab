"""From a real mailbox into the database: stored first, moved then, once, whatever dies in between."""

import hashlib
from datetime import timedelta
from unittest import mock

import pytest
from pytest_django.fixtures import Settings

from core import imap
from mailroom import fetching
from mailroom.fetching import Visited, poll
from mailroom.intake import read_stored
from mailroom.models import IncomingMail, MailSighting, RawMail
from mailroom.queries import mailbox_trouble
from mailroom.tasks import poll_mailbox
from tests import make
from tests.mailbox import Mailbox
from tests.mailroom.post import PHOTO, letter

pytestmark = pytest.mark.django_db


def visit() -> Visited:
    """One visit that nobody else prevents."""
    visited = poll(clock=make.now)
    assert visited is not None
    return visited


class Killed(BaseException):
    """The worker is killed here: nothing of ours may catch it."""


def test_a_message_is_stored_byte_for_byte_before_it_is_moved(mailbox: Mailbox) -> None:
    sent = letter(PHOTO)
    mailbox.put(sent)
    assert visit() == Visited(stored=1, put_away=1)
    mail = IncomingMail.objects.get()
    assert (mail.raw.content, mail.sha256, mail.size) == (sent, hashlib.sha256(sent).hexdigest(), len(sent))
    assert (mailbox.count(), mailbox.count("Przetworzone")) == (0, 1)
    assert visit() == Visited()


def test_the_job_stores_and_reads(mailbox: Mailbox) -> None:
    mailbox.put(letter(PHOTO), letter(message_id="<2@example.com>", subject="Drugi"))
    assert poll_mailbox.run() == 2
    assert [mail.subject for mail in IncomingMail.objects.order_by("pk")] == ["Wniosek o powiadomienia", "Drugi"]


def test_without_a_folder_for_processed_messages_they_stay_marked_as_seen(mailbox: Mailbox, settings: Settings) -> None:
    settings.MAILBOX = {**settings.MAILBOX, "processed": ""}
    mailbox.put(letter())
    visit()
    assert visit() == Visited()
    assert (mailbox.count(), r"\Seen" in mailbox.flags(), IncomingMail.objects.count()) == (1, True, 1)


def test_a_folder_may_bear_a_polish_name(mailbox: Mailbox, settings: Settings) -> None:
    settings.MAILBOX = {**settings.MAILBOX, "processed": "Załatwione"}
    mailbox.put(letter())
    visit()
    assert mailbox.count("Za&AUI-atwione") == 1


def test_a_server_that_cannot_move_copies_and_expunges_what_it_copied_alone(mailbox: Mailbox) -> None:
    mailbox.put(letter(), letter(message_id="<2@example.com>"))
    line = mailbox.line()
    line.select("INBOX")
    line.store("2", "+FLAGS", r"(\Deleted)")  # by a clerk's mail program, who may yet change her mind
    line.logout()
    with mock.patch.object(imap, "capabilities", return_value=frozenset({"IMAP4REV1", "UIDPLUS"})):
        assert visit().stored == 1
    assert (mailbox.count(), mailbox.count("Przetworzone")) == (1, 1)


def test_the_same_message_again_is_one_and_another_that_borrows_its_message_id_is_another(mailbox: Mailbox) -> None:
    first = letter(PHOTO)
    by_another_way = b"Received: from elsewhere\r\n" + first
    borrowed = letter(text="Zupełnie co innego.")
    mailbox.put(first, by_another_way, borrowed)
    assert visit() == Visited(stored=2, known=1, put_away=3)
    assert RawMail.objects.count() == 2


def test_messages_without_message_id_are_told_apart_by_all_they_say(mailbox: Mailbox) -> None:
    nameless = letter(message_id="")
    mailbox.put(nameless, nameless, letter(message_id="", subject="Inny"))
    assert visit() == Visited(stored=2, known=1, put_away=3)


def test_numbers_given_anew_by_the_server_bring_nothing_twice(mailbox: Mailbox) -> None:
    mailbox.put(letter())
    with mock.patch.object(imap.Server, "put_away", side_effect=imap.NotNow("pełny dysk")):
        assert "pełny dysk" in visit().trouble
    MailSighting.objects.update(uid_validity=1)  # as if the server had been rebuilt since
    assert visit() == Visited(known=1, put_away=1)
    assert IncomingMail.objects.count() == 1


STEPS = {
    "before it is fetched": (imap.Server, "fetch"),
    "before it is stored": (RawMail.objects, "create"),
    "after it is stored": (fetching, "_put_away"),
    "before it is moved": (imap.Server, "put_away"),
    "at the end": (fetching, "_leave"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_visit_killed_anywhere_loses_nothing_and_brings_nothing_twice(mailbox: Mailbox, step: str) -> None:
    mailbox.put(letter(PHOTO), letter(message_id="<2@example.com>"), letter(message_id="<3@example.com>"))
    where, name = STEPS[step]
    with mock.patch.object(where, name, side_effect=Killed), pytest.raises(Killed):
        poll(clock=make.now)
    assert mailbox.count() + mailbox.count("Przetworzone") == 3
    assert poll(clock=make.now) is None  # the dead worker still holds the mailbox
    visited = poll(clock=lambda: make.now() + timedelta(minutes=11))
    assert visited is not None
    assert (IncomingMail.objects.count(), RawMail.objects.count()) == (3, 3)
    assert (mailbox.count(), mailbox.count("Przetworzone")) == (0, 3)
    assert not MailSighting.objects.filter(put_away_at__isnull=True).exists()


def test_a_message_moved_by_a_worker_that_died_before_it_said_so_needs_nothing_more(mailbox: Mailbox) -> None:
    mailbox.put(letter())
    put_away = imap.Server.put_away

    def move_and_die(server: imap.Server, uid: int) -> None:
        put_away(server, uid)
        raise Killed

    with mock.patch.object(imap.Server, "put_away", move_and_die), pytest.raises(Killed):
        poll(clock=make.now)
    poll(clock=lambda: make.now() + timedelta(minutes=11))
    assert not MailSighting.objects.filter(put_away_at__isnull=True).exists()
    assert IncomingMail.objects.count() == 1


def test_two_workers_do_not_visit_at_once(mailbox: Mailbox) -> None:
    mailbox.put(letter())
    seen: list[object] = []

    def second(server: imap.Server, uid: int) -> int:
        seen.append(poll(clock=make.now))
        return 100

    with mock.patch.object(imap.Server, "size", second):
        visit()
    assert seen == [None]


def test_a_message_larger_than_we_take_stays_on_the_server_and_is_listed_with_why(
    mailbox: Mailbox, settings: Settings
) -> None:
    settings.MAILBOX = {**settings.MAILBOX, "largest": 2_000_000}
    mailbox.put(letter(("film.mp4", "video/mp4", bytes(3_000_000))), letter(message_id="<2@example.com>"))
    assert visit() == Visited(stored=2, put_away=1)
    assert read_stored(clock=make.now) == 2
    large = IncomingMail.objects.order_by("pk")[0]
    assert (large.subject, large.sender) == ("Wniosek o powiadomienia", "anna@example.com")
    assert "Pozostała na serwerze" in large.problem
    assert len(large.raw.content) < 2_000
    assert mailbox.count() == 1
    assert visit() == Visited()


def test_the_server_away_is_told_with_since_when_until_it_answers_again(mailbox: Mailbox, settings: Settings) -> None:
    working = dict(settings.MAILBOX)
    for wrong, words in ({"password": "x"}, "logowania"), ({"folder": "Nie ma"}, "nie ma folderu"):
        settings.MAILBOX = {**working, **wrong}
        assert words in visit().trouble
    with imap_that_is_away(settings, working):
        visit()
        began = mailbox_trouble(make.now())
        assert began is not None
        assert "brak połączenia" in began[1]
        visit()
        assert mailbox_trouble(make.now()) == began
    visit()
    assert mailbox_trouble(make.now()) is None
    late = mailbox_trouble(make.now() + timedelta(minutes=16))
    assert late is not None
    assert late[1] == "nikt jej nie odczytuje"


class imap_that_is_away:  # noqa: N801  reads as a function
    """The same mailbox, its server down."""

    def __init__(self, settings: Settings, working: dict[str, object]) -> None:
        self.settings, self.working = settings, working
        self.down = mock.patch.object(imap, "_connected", side_effect=ConnectionRefusedError("Connection refused"))

    def __enter__(self) -> None:
        self.settings.MAILBOX = self.working
        self.down.start()

    def __exit__(self, *_: object) -> None:
        self.down.stop()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_the_server_is_spoken_to_over_tls_and_only_when_its_certificate_is_trusted(
    mailbox: Mailbox, settings: Settings, tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = mailbox.post.tls_port if tls == "tls" else mailbox.post.port
    settings.MAILBOX = {**settings.MAILBOX, "tls": tls, "port": port}
    mailbox.put(letter())
    assert "certificate verify failed" in visit().trouble
    monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.post.certificate))
    assert visit().stored == 1


def test_where_no_mailbox_is_set_nobody_is_asked_and_nothing_is_wrong(settings: Settings) -> None:
    settings.MAILBOX = {**settings.MAILBOX, "host": ""}
    assert poll(clock=make.now) is None
    assert mailbox_trouble(make.now()) is None


def test_folder_names_are_written_as_imap_wants_them() -> None:
    names = {"INBOX": '"INBOX"', "Załatwione": '"Za&AUI-atwione"', 'A&B "x"': '"A&-B \\"x\\""', "日本": '"&ZeVnLA-"'}
    assert {name: imap.quoted(name) for name in names} == names
