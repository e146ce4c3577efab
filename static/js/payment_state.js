// A payment under way: look every few seconds whether its state changed, and only then show the page anew.
(() => {
  const mark = document.querySelector("[data-payment-state]");
  if (!mark) return;
  let left = 24;
  const look = async () => {
    left -= 1;
    try {
      const answer = await fetch(mark.dataset.paymentAsk);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-payment-state]");
      if (answer.ok && (!now || now.dataset.paymentState !== mark.dataset.paymentState)) {
        location.reload();
        return;
      }
    } catch {
      // no connection just now: the next look may have one
    }
    if (left > 0) setTimeout(look, 5000);
  };
  setTimeout(look, 2000);
})();
