// Choosing messages: all of a page, a range with Shift, and how many are chosen.

export function start() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = [document.querySelector(".list-head"), form.querySelector(".bulk-bar")].map((place) => {
    const label = document.createElement("label");
    label.className = "pick all";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.ariaLabel = form.dataset.selectAll;
    label.append(box);
    place.prepend(label);
    return box;
  });
  const count = form.querySelector("[data-selected]");
  let anchor = null;

  function refresh() {
    const n = boxes.filter((box) => box.checked).length;
    count.textContent = `${n} selected`;
    for (const box of all) {
      box.checked = n === boxes.length;
      box.indeterminate = n > 0 && n < boxes.length;
    }
  }

  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && anchor !== null) {
      const [from, to] = [Math.min(anchor, at), Math.max(anchor, at)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    anchor = at;
    refresh();
  });
  for (const one of all) {
    one.addEventListener("change", () => {
      for (const box of boxes) box.checked = one.checked;
      refresh();
    });
  }
  // Some browsers keep what was checked when a page is reloaded.
  refresh();
}
