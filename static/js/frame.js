// The message frame becomes as high as its content. It is measured from outside: no script runs inside.

function fit(frame) {
  const root = frame.contentDocument?.documentElement;
  if (!root) return;
  const measure = () => {
    // Anything taller is broken or hostile; it scrolls inside the frame.
    const height = Math.min(Math.ceil(root.getBoundingClientRect().height) + 2, 30_000);
    frame.style.blockSize = `${height}px`;
  };
  new ResizeObserver(measure).observe(root);
  measure();
}

export function start() {
  for (const frame of document.querySelectorAll("iframe.message-frame")) {
    frame.addEventListener("load", () => fit(frame));
    const inside = frame.contentDocument;
    if (inside?.readyState === "complete" && inside.URL !== "about:blank") fit(frame);
  }
}
