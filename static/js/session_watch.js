// Asks «Czy nadal tu jesteś?» two minutes before rest ends the session, and clears the screen when it ended.
// Without script the page itself leads there (base.html). The addresses are those of residents/urls.py.
(() => {
  const LEFT = "/konto/sesja/";
  const STAY = "/konto/sesja/zostaje/";
  const OVER = "/konto/bezczynnosc/";
  let dialog = null;
  let timer = 0;

  const token = () => document.cookie.split("; ").find((pair) => /^(__Host-)?spm-csrf=/.test(pair))?.split("=")[1] ?? "";

  const stay = async () => {
    dialog.close();
    try {
      await fetch(STAY, { method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual" });
    } finally {
      look();
    }
  };

  const warn = (seconds) => {
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "still-here";
      dialog.setAttribute("aria-labelledby", "still-here");
      const heading = document.createElement("h2");
      heading.id = "still-here";
      heading.textContent = "Czy nadal tu jesteś?";
      const text = document.createElement("p");
      text.textContent = "Za chwilę wylogujemy Cię z powodu bezczynności.";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-primary spm-first-page__button";
      button.textContent = "Tak, zostaję";
      button.addEventListener("click", stay);
      dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
      dialog.append(heading, text, button);
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
    timer = setTimeout(look, (seconds + 1) * 1000);
  };

  const look = async () => {
    clearTimeout(timer);
    let answer;
    try {
      answer = await (await fetch(LEFT, { cache: "no-store" })).json();
    } catch {
      timer = setTimeout(look, 30000);
      return;
    }
    if (answer.seconds <= 0) {
      location.replace(OVER);
    } else if (answer.seconds <= answer.warned) {
      warn(answer.seconds);
    } else {
      if (dialog?.open) dialog.close(); // another tab is in use
      timer = setTimeout(look, (answer.seconds - answer.warned) * 1000);
    }
  };

  // A page that the browser kept and shows again must not outlive its session.
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  look();
})();
