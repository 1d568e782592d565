// An open menu closes on Escape and when something else is pressed.

const openMenus = () => document.querySelectorAll("details.menu[open]");

export function start() {
  document.addEventListener("pointerdown", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  });
}
