// Postroom as the oracle sees it: where a message is, what of a page is the message, and what must stay usable.
import { readFileSync } from "node:fs";

/** Id -> `{mailbox}/{uidvalidity}.{uid}`; and who signs in. `run.mjs` writes it. */
const { places, user, password } = JSON.parse(readFileSync(process.env.ORACLE_SITE, "utf8"));

export default {
  name: "postroom",
  defaultSurfaces: ["view", "reply", "forward"],

  async login(page, base) {
    await page.goto(`${base}/login`);
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/mail/INBOX");
  },

  /** `null` where Postroom has no such page: contacts come from what was sent, never from what arrives. */
  url(base, message, surface) {
    const place = places[message.id];
    if (!place) return null;
    const [mailbox] = place.split("/");
    switch (surface) {
      case "list": return `${base}/mail/${mailbox}`;
      case "view": return `${base}/mail/${place}`;
      case "view_remote": return `${base}/mail/${place}?images=1`;
      case "print": return `${base}/mail/${place}/print`;
      case "source": return `${base}/mail/${place}/source`;
      case "reply": return `${base}/compose?reply=${encodeURIComponent(place)}`;
      case "replyall": return `${base}/compose?reply-all=${encodeURIComponent(place)}`;
      case "forward": return `${base}/compose?forward=${encodeURIComponent(place)}`;
      case "draft": return `${base}/compose?as-new=${encodeURIComponent(place)}`;
    }
    const [, words] = surface.match(/^search:(.*)$/) ?? [];
    return words === undefined ? null : `${base}/mail/${mailbox}?q=${encodeURIComponent(words)}`;
  },

  /** The page gives the frame its height once it has loaded. What other messages say in the list beside is theirs. */
  async ready(page, message, surface) {
    if (surface !== "view") return;
    await page.locator("#list .row:not(.open)").evaluateAll((rows) => rows.forEach((row) => row.remove()));
    await page.waitForFunction(
      () => [...document.querySelectorAll(".message-frame")].every((frame) => frame.style.blockSize),
      null,
      { timeout: 10_000 },
    );
  },

  async bodies(page) {
    const frames = page.frames().filter((frame) => frame !== page.mainFrame());
    if (frames.length > 0) return frames.map((frame) => ({ frame, selector: null }));
    return [{ frame: page.mainFrame(), selector: ".message-body" }];
  },

  chrome: { view: ["[data-test=logout]", "[data-test=reply]"] },

  async attachments(page) {
    return page.$$eval("[data-test=attachment] a[href]", (links) =>
      links.map((link) => ({ name: link.textContent.trim(), url: link.href })));
  },
};
