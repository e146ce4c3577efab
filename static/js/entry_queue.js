// Keys 1–9 press a proposal's button, 0 leaves the entry; the buttons do the same without script.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (!/^[0-9]$/.test(event.key)) return;
  const chosen = document.querySelector(`[data-key="${event.key}"]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
});
