// Shows what needs a passkey only where the browser knows them, and says in words when one could not be used.
// The exchange itself is allauth's (mfa/js/webauthn.js).
(() => {
  if (window.PublicKeyCredential) {
    for (const hidden of document.querySelectorAll("[data-passkey]")) hidden.hidden = false;
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    let told = document.getElementById("passkey-told");
    if (!told) {
      told = document.createElement("div");
      told.id = "passkey-told";
      told.className = "alert alert-error";
      told.setAttribute("role", "alert");
      document.querySelector("main h1").after(told);
    }
    const name = event.detail.exception?.name;
    told.textContent = name === "InvalidStateError"
      ? "Ten klucz jest już dodany do Twojego konta."
      : "Nie udało się użyć klucza dostępu. Spróbuj jeszcze raz albo wybierz inny sposób.";
  });
})();
