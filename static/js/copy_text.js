// Beside each text to be typed elsewhere a button that copies it; without script it is selected and copied by hand.
document.querySelectorAll("[data-copy]").forEach((text) => {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary btn-sm";
  const label = text.closest("dd")?.previousElementSibling?.textContent ?? "";
  const say = (word) => {
    button.textContent = word;
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ` – ${label}`;
    button.append(hidden);
  };
  say("Kopiuj");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.dataset.copy || text.textContent.trim());
      say("Skopiowano");
    } catch {
      say("Nie udało się, zaznacz i skopiuj");
    }
    setTimeout(() => say("Kopiuj"), 4000);
  });
  text.after(" ", button);
});
