"""What this floor knows of a payer: nothing of its own; warnings that were sent are messages (notifications)."""

from residents.disclosure import Section

SECTION = Section(code="broadcasts", name="Ostrzeżenia kryzysowe", tables=())
