"""What argparse says of a command's arguments, in Polish."""

import re

# argparse's own English, and ours; what is in quotes or after a colon is the shell's and stays.
SAID = (
    (r"the following arguments are required: (.+)", "Brakuje argumentów: {}."),
    (r"unrecognized arguments: (.+)", "Nieznane argumenty: {}."),
    (r"argument (\S+): expected one argument", "Po {} brakuje wartości."),
    (r"argument (\S+): invalid choice: ('.*?'|\S+) \(choose from .*\)", "{}: nie ma takiej możliwości jak {}."),
    (r"argument (\S+): invalid int value: (.+)", "{}: {} to nie jest liczba całkowita."),
    (r"argument (\S+): ignored explicit argument (.+)", "{} nie przyjmuje wartości, a podano {}."),
    (r"ambiguous option: (\S+) could match (.+)", "Skrót {} jest niejednoznaczny: może oznaczać {}."),
)


def polish_words(message: str) -> str:
    """*message* of argparse in Polish; what is not known here keeps its words after a Polish beginning."""
    for pattern, words in SAID:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*found.groups())
    return f"Polecenia nie da się odczytać: {message}."
