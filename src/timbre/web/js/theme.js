// Runs before the page is drawn, so that it never flashes in the wrong colours.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const chosen = localStorage.getItem("timbre.theme");
    document.documentElement.dataset.bsTheme = chosen ?? (system.matches ? "dark" : "light");
    dispatchEvent(new Event("timbre:theme"));
  };
  window.timbreTheme = {
    // The switch goes back to following the system when both agree.
    toggle() {
      const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
      if (next === (system.matches ? "dark" : "light")) localStorage.removeItem("timbre.theme");
      else localStorage.setItem("timbre.theme", next);
      show();
    },
  };
  system.addEventListener("change", show);
  show();
})();
