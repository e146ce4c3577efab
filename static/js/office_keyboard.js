// Unfold opens its menu, the account's links and folded groups by clicks on elements that a keyboard cannot reach.
// Each becomes a button with a name; Enter and Space click it.
(() => {
  const NAMES = { dock_to_right: "Pokaż lub ukryj menu", close: "Zamknij" };
  const BACKDROP = "changelist-filter-close";

  const dress = (element) => {
    const words = element.textContent.trim();
    if (element.id === BACKDROP || !words) return;
    element.setAttribute("role", "button");
    element.tabIndex = 0;
    if (NAMES[words]) element.setAttribute("aria-label", NAMES[words]);
    for (const icon of element.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");
    element.addEventListener("keydown", (event) => {
      if (event.target !== element || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      element.click();
    });
  };

  // SimpleBar gives every part that scrolls the same name; a screen reader's list of regions needs one for each.
  window.addEventListener("load", () => {
    document.querySelectorAll(".simplebar-content-wrapper[role=region]").forEach((part, place) => {
      part.setAttribute("aria-label", part.closest("#nav-sidebar-apps") ? "Menu" : `Przewijana część ${place + 1}`);
    });
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const element of document.querySelectorAll("span, div, h2")) {
      if (element.hasAttribute("x-on:click")) dress(element);
    }
  });
})();
