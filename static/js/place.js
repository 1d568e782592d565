// The list beside a message stays where it was scrolled to when another message is opened from it.

const KEY = "list";

export function start() {
  const pane = document.querySelector(".beside");
  if (!pane) return;
  const path = location.pathname.replace(/\/[^/]*$/, "");
  const open = pane.querySelector(".row.open");
  const [savedPath, top] = (sessionStorage.getItem(KEY) ?? "").split("\n");
  if (savedPath === path) pane.scrollTop = Number(top);
  if (open) {
    const [row, view] = [open.getBoundingClientRect(), pane.getBoundingClientRect()];
    const head = pane.querySelector(".list-head").offsetHeight;
    if (row.top < view.top + head || row.bottom > view.bottom) open.scrollIntoView({ block: "center" });
  }
  addEventListener("pagehide", () => sessionStorage.setItem(KEY, `${path}\n${pane.scrollTop}`));
}
