// Sends the page's one form at once; without script its button does the same.
document.querySelector("form[data-go-on]")?.submit();
