"""Forms of requests about one's own data."""

from django import forms

from residents.rodo import LONGEST_WISH


class CorrectionForm(forms.Form):
    """What is wrong, and how it should be."""

    wish = forms.CharField(
        label="Co jest nie tak i jak powinno być?",
        help_text="Na przykład: „Nazwisko jest z literówką, powinno być Kowalska”. Nie musisz podawać numeru PESEL.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_WISH,
    )


class ErasureForm(forms.Form):
    """A wish to be forgotten, and that its consequences were read."""

    wish = forms.CharField(
        label="Chcesz coś dodać?",
        help_text="Nie musisz podawać powodu.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_WISH,
        required=False,
    )
    knows = forms.BooleanField(
        label="Wiem, że stracę dostęp do konta, a powiadomienia przestaną przychodzić",
        error_messages={"required": "Zaznacz, że wiesz, co się stanie."},
    )


class ClosingForm(forms.Form):
    """That the consequences of closing an account were read."""

    knows = forms.BooleanField(
        label="Wiem, że konta nie da się odzyskać",
        error_messages={"required": "Zaznacz, że wiesz, co się stanie."},
    )


class DecisionForm(forms.Form):
    """A clerk's answer."""

    answer = forms.CharField(
        label="Odpowiedź dla mieszkańca",
        help_text="Przy odmowie obowiązkowa: powód i podstawa prawna. Mieszkaniec przeczyta ją w portalu.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST_WISH,
        required=False,
    )
