"""SMSAPI's `sms.do`: what it takes, what it answers, what it refuses, and that a refusal sends nothing."""

import time
from typing import Any

import pytest

from tests.sandbox.server import SandboxServer

TWO = "48500123456,+48 600-700-800"


def test_a_message_is_accepted_in_the_vendors_words(sandbox_server: SandboxServer) -> None:
    said = sandbox_server.sms(idx="M-1", check_idx=1)
    (row,) = said["list"]
    assert said["count"] == 1
    assert float(row.pop("points")) == 0.165
    assert abs(row.pop("date_sent") - time.time()) < 5
    assert len(row.pop("id")) == 24
    assert row == {
        "number": "48500123456",
        "submitted_number": "48500123456",
        "status": "QUEUE",
        "error": None,
        "idx": "M-1",
        "parts": 1,
    }
    (left,) = sandbox_server.control("GET", "sms?number=%2B48500123456")
    assert (left["text"], left["from"], left["idx"], left["status"]) == ("Dzien dobry", "Dolina", "M-1", "DELIVERED")


def test_many_recipients_keep_their_idx_and_their_own_texts(sandbox_server: SandboxServer) -> None:
    said = sandbox_server.sms(
        to=TWO, idx="A|B", message="Pani/Pan [%1%]: [%2%] zł", param1="Żak|Nowak", param2="1,00|2,00", normalize=1
    )
    assert [(row["number"], row["submitted_number"], row["idx"]) for row in said["list"]] == [
        ("48500123456", "48500123456", "A"),
        ("48600700800", "+48 600-700-800", "B"),
    ]
    assert [row["text"] for row in sandbox_server.control("GET", "sms")] == [
        "Pani/Pan Zak: 1,00 zl",
        "Pani/Pan Nowak: 2,00 zl",
    ]


def test_points_come_as_a_number_or_as_a_string(sandbox_server: SandboxServer) -> None:
    kinds = {type(sandbox_server.sms()["list"][0]["points"]) for _ in range(2)}
    assert kinds == {float, str}


def test_parts_are_counted_for_each_recipient(sandbox_server: SandboxServer) -> None:
    said = sandbox_server.sms(to=TWO, message="[%1%]", param1=f"{'a' * 161}|ą", details=1)
    assert [row["parts"] for row in said["list"]] == [2, 1]
    assert (said["message"], said["length"], said["parts"]) == ("[%1%]", 7, 1)


REFUSALS: list[tuple[str, int, dict[str, Any]]] = [
    ("no text", 11, {"message": ""}),
    ("special letters with nounicode", 11, {"message": "Zażółć", "nounicode": 1}),
    ("far too long", 11, {"message": "a" * 1531}),
    ("more parts than allowed", 12, {"message": "a" * 161, "max_parts": 1}),
    ("no recipients", 13, {"to": ""}),
    ("no correct number", 13, {"to": "12345"}),
    ("a number played as wrong", 13, {"to": "48500000004"}),
    ("unknown sender", 14, {"from_": "Obcy"}),
    ("flash with special letters", 17, {"message": "ą", "flash": 1}),
    ("params do not match", 18, {"to": TWO, "message": "[%1%]", "param1": "A"}),
    ("idx do not match", 20, {"to": TWO, "idx": "A"}),
    ("normalize with datacoding", 25, {"normalize": 1, "datacoding": "bin"}),
    ("idx too long", 27, {"idx": "x" * 256}),
    ("wrong restriction", 28, {"time_restriction": "never"}),
    ("unknown group", 40, {"group": "mieszkańcy", "to": None}),
    ("too far ahead", 50, {"date": str(int(time.time()) + 100 * 86400)}),
    ("wrong date", 54, {"date": "jutro", "date_validate": 1}),
    ("landline", 55, {"to": "48221234567"}),
    ("expires too soon", 56, {"expiration_date": str(int(time.time()) + 60)}),
    ("expires too late", 56, {"expiration_date": str(int(time.time()) + 80 * 3600)}),
    ("wrong report address", 70, {"notify_url": "nie adres"}),
    ("params with a group", 93, {"group": "mieszkańcy", "to": None, "param1": "A"}),
    ("wrong token", 101, {"token": "zły token".encode().decode("latin-1")}),
    ("unknown template", 104, {"template": "brak"}),
]


@pytest.mark.parametrize(("code", "fields"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_a_wrong_request_is_refused_by_number_and_sends_nothing(
    sandbox_server: SandboxServer, code: int, fields: dict[str, Any]
) -> None:
    said = sandbox_server.sms(**fields)
    assert said["error"] == code
    assert said["message"]
    assert "list" not in said
    assert sandbox_server.control("GET", "sms/counts")["total"] == 0


def test_basic_authorization_is_refused(sandbox_server: SandboxServer) -> None:
    answer = sandbox_server.http.post(f"{sandbox_server.url}/sms.do", auth=("anna", "haslo"), timeout=30)
    assert answer.json()["error"] == 102


def test_wrong_numbers_are_named_and_the_others_are_sent(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_blacklist=["+48600700800"])
    said = sandbox_server.sms(to=f"123,{TWO},48221234567", idx="A|B|C|D")
    assert [row["idx"] for row in said["list"]] == ["B"]
    assert [row["submitted_number"] for row in said["invalid_numbers"]] == ["123", "+48 600-700-800", "48221234567"]
    assert sandbox_server.control("GET", "sms/idx") == ["B"]


def test_a_blacklisted_number_alone_is_refused(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_blacklist=["500123456"])
    said = sandbox_server.sms()
    assert (said["error"], said["invalid_numbers"][0]["number"]) == (57, "48500123456")


def test_a_number_given_twice_gets_one_message_unless_duplicates_are_allowed(sandbox_server: SandboxServer) -> None:
    twice = "48500123456,500123456"
    assert [row["idx"] for row in sandbox_server.sms(to=twice, idx="A|B")["list"]] == ["A"]
    said = sandbox_server.sms(to=twice, idx="C|D", allow_duplicates=1)
    assert [row["idx"] for row in said["list"]] == ["C", "D"]
    sandbox_server.set(sms_drop_duplicates=False)
    assert sandbox_server.sms(to=twice, idx="E|F")["count"] == 2


def test_a_repeated_idx_is_refused_whole_with_check_idx_only(sandbox_server: SandboxServer) -> None:
    sandbox_server.sms(idx="A", check_idx=1)
    assert sandbox_server.sms(idx="A", check_idx=1)["error"] == 53
    assert sandbox_server.sms(to=TWO, idx="B|A", check_idx=1)["error"] == 53
    assert sandbox_server.sms(to=TWO, idx="C|C", check_idx=1)["error"] == 53
    assert sandbox_server.control("GET", "sms/counts")["total"] == 1
    assert sandbox_server.sms(idx="A")["count"] == 1
    counts = sandbox_server.control("GET", "sms/counts")
    assert (counts["total"], counts["distinct_idx"], counts["duplicates"]) == (2, 1, 1)


def test_the_idx_memory_ends_after_its_hours(sandbox_server: SandboxServer) -> None:
    sandbox_server.sms(idx="A", check_idx=1)
    sandbox_server.set(sms_check_idx_hours=0)
    assert sandbox_server.sms(idx="A", check_idx=1)["count"] == 1


def test_a_test_message_is_answered_and_not_sent(sandbox_server: SandboxServer) -> None:
    assert sandbox_server.sms(idx="A", check_idx=1, test=1)["list"][0]["status"] == "QUEUE"
    assert sandbox_server.control("GET", "sms/counts")["total"] == 0
    assert sandbox_server.sms(idx="A", check_idx=1)["count"] == 1


def test_too_many_recipients_are_refused(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_most_recipients=1)
    assert sandbox_server.sms(to=TWO)["error"] == 19
    assert sandbox_server.sms()["count"] == 1


def test_without_credit_nothing_of_the_request_is_sent(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_credit=0.2)
    assert sandbox_server.sms(to=TWO)["error"] == 103
    assert sandbox_server.sms()["count"] == 1
    headers = {"Authorization": "Bearer sandbox-token"}
    told = sandbox_server.http.get(f"{sandbox_server.url}/user.do?format=json&credits=1", headers=headers).json()
    assert told["points"] == 0.035
    assert sandbox_server.http.get(f"{sandbox_server.url}/profile", headers=headers).json()["points"] == 0.035


def test_a_planned_message_can_be_withdrawn_until_a_minute_before(sandbox_server: SandboxServer) -> None:
    soon, later = (sandbox_server.sms(date=str(int(time.time()) + ahead))["list"][0] for ahead in (30, 3600))
    assert sandbox_server.sms(sch_del=soon["id"])["error"] == 301
    assert sandbox_server.sms(sch_del=later["id"])["list"] == [{"id": later["id"]}]
    assert sandbox_server.sms(sch_del=later["id"])["error"] == 301
    assert sandbox_server.sms(status=soon["id"])["list"][0]["status"] == "QUEUE"
    assert sandbox_server.control("GET", "sms/counts")["total"] == 1


def test_without_format_json_the_classic_text_comes(sandbox_server: SandboxServer) -> None:
    fields = {"to": "48500123456", "message": "x", "from": "Dolina"}
    headers = {"Authorization": "Bearer sandbox-token"}
    good = sandbox_server.http.post(f"{sandbox_server.url}/sms.do", data=fields, headers=headers, timeout=30).text
    bad = sandbox_server.http.post(f"{sandbox_server.url}/sms.do", data={"to": "1"}, headers=headers, timeout=30).text
    assert good.startswith("OK:")
    assert bad == "ERROR:14" or bad == "ERROR:13"


def test_letters_in_the_encoding_that_the_request_names(sandbox_server: SandboxServer) -> None:
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{sandbox_server.url}/sms.do"
    body = "to=48500123456&from=Dolina&format=json&message=%BF%F3%B3w&encoding="
    assert sandbox_server.http.post(url, data=body + "utf-8", headers=headers, timeout=30).json()["error"] == 8
    assert sandbox_server.http.post(url, data=body + "windows-1250", headers=headers, timeout=30).json()["count"] == 1
    assert sandbox_server.control("GET", "sms")[0]["text"] == "żółw"


def test_voice_messages_have_rules_of_their_own(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(vms_hours=[0, 24])
    voice: dict[str, Any] = {"message": None, "tts": "Uwaga, wichura", "tts_lector": "ewa"}
    assert sandbox_server.sms("vms.do", **voice)["count"] == 1
    assert sandbox_server.control("GET", "sms")[0]["kind"] == "vms"
    assert sandbox_server.sms("vms.do", **voice, to="4915112345678")["error"] == 32
    assert sandbox_server.sms("vms.do", **(voice | {"tts_lector": "hal"}))["error"] == 35
    assert sandbox_server.sms("vms.do", message=None)["error"] == 11
    sandbox_server.set(vms_hours=[0, 0])
    assert sandbox_server.sms("vms.do", **voice)["error"] == 51


def test_sender_names_are_listed_and_asked_for(sandbox_server: SandboxServer) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}
    url = f"{sandbox_server.url}/sms/sendernames"
    listed = sandbox_server.http.get(url, headers=headers, timeout=30).json()
    assert [(one["sender"], one["status"]) for one in listed["collection"]] == [
        ("SPM", "ACTIVE"),
        ("Test", "ACTIVE"),
        ("Dolina", "ACTIVE"),
    ]
    asked = sandbox_server.http.post(url, data={"sender": "Gmina"}, headers=headers, timeout=30)
    assert (asked.status_code, asked.json()["status"]) == (201, "INACTIVE")
    assert sandbox_server.sms(from_="Gmina")["error"] == 14
    sandbox_server.set(sms_senders=["Test", "Gmina"])
    assert sandbox_server.sms(from_="Gmina")["count"] == 1
    for wrong in ("zażółć", "48500123456", "Za długa nazwa"):
        assert sandbox_server.http.post(url, data={"sender": wrong}, headers=headers, timeout=30).status_code == 400
    assert sandbox_server.http.get(url, timeout=30).status_code == 401


def test_ten_thousand_recipients_go_in_one_request(sandbox_server: SandboxServer) -> None:
    numbers = [str(48500100000 + place) for place in range(10_000)]
    said = sandbox_server.sms(to=",".join(numbers), idx="|".join(f"I-{place}" for place in range(10_000)), check_idx=1)
    assert said["count"] == 10_000
    counts = sandbox_server.control("GET", "sms/counts")
    assert (counts["total"], counts["distinct_idx"]) == (10_000, 10_000)
