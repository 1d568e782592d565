// Choosing messages: all of a page, a range with Shift, and how many are chosen.

// A box that only a script can serve is made by it.
function selectAll(place) {
  const label = document.createElement("label");
  label.className = "pick all";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.ariaLabel = "Select all on this page";
  label.append(box);
  place.replaceWith(label);
  return box;
}

export function start() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = [...document.querySelectorAll("[data-select-all]")].map(selectAll);
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
  for (const box of all) {
    box.addEventListener("change", () => {
      for (const other of boxes) other.checked = box.checked;
      refresh();
    });
  }
  // Some browsers keep what was checked when a page is reloaded.
  refresh();
}
