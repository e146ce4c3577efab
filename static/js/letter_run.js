// A run of letters under way: every few seconds the bars are taken from the page anew; at its end the page is shown anew.
(() => {
  const shown = document.getElementById("run");
  if (!shown || shown.dataset.runState !== "working") return;
  let left = 100; // then the session may end as it should
  const look = async () => {
    left -= 1;
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("run");
      if (answer.ok && now) {
        if (now.dataset.runState !== "working") {
          location.reload();
          return;
        }
        shown.querySelector(".spm-progress").replaceWith(now.querySelector(".spm-progress"));
      }
    } catch {
      // no connection just now: the next look may have one
    }
    if (left > 0) setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
})();
