// Light or dark, before anything is painted: as chosen here before, else as the system prefers.
(function () {
  "use strict";
  const asked = new URLSearchParams(location.search).get("theme");
  let kept = null;
  try {
    kept = localStorage.getItem("linggong-theme");
  } catch {
    kept = null; // a browser that keeps nothing still shows the page
  }
  const chosen = [asked, kept].find((name) => name === "light" || name === "dark");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = chosen || (system.matches ? "dark" : "light");
  };
  apply();
  if (!chosen) {
    system.addEventListener("change", () => {
      if (!document.documentElement.dataset.chosen) apply();
      document.dispatchEvent(new Event("theme"));
    });
  }
})();
