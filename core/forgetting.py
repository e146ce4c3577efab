"""The trigger of append-only tables that retention may forget from, and the moment that it counts by."""

import pgtrigger
from django.db.models import DateTimeField, Func


def years_ago(years: int) -> Func:
    """That many years ago by the database's clock and calendar, as the trigger counts.

    Ours may differ by an hour when summer time begins, and must not run into the trigger's refusal.
    """
    return Func(template=f"now() - interval '{int(years)} years'", output_field=DateTimeField())


class KeptUntilForgotten(pgtrigger.Trigger):
    """Refuses UPDATE and DELETE, but lets retention delete rows past the law's term.

    A row goes only while `core.retention.permit_forgetting(category)` is in force in the transaction, and only when its
    *column* is more than *years* years ago by the database's own clock: no setting and no mistake of ours shortens it.
    Rows that *condition* does not meet are not guarded.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def __init__(
        self, *, name: str, category: str, column: str, years: int, condition: pgtrigger.Condition | None = None
    ) -> None:
        super().__init__(
            name=name,
            condition=condition,
            func=(
                f"IF TG_OP = 'DELETE' AND current_setting('spm.forgetting', true) = '{category}'"
                f" AND OLD.{column} < now() - interval '{years} years' THEN RETURN OLD; END IF;"
                " RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
            ),
        )
