// Newsletters look as their senders meant them: the message as it came and the message as it is shown, pixel by pixel.
// `PICTURES=folder` keeps the pictures of both, and of what differs.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openBrowser, signIn, visit } from "./browser.mjs";
import { append } from "./imap.mjs";
import { startSite } from "./site.mjs";

const designs = new URL("../fixtures/newsletters/", import.meta.url);
const demo = new URL("../rig/letters/newsletters/", import.meta.url);
const kept = process.env.PICTURES;
/** Of all pixels; the edges of letters are not always the same. */
const MOST = 0.002;

let site;
let browser;
before(async () => {
  if (kept) await mkdir(kept, { recursive: true });
  site = await startSite();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** What a letter that says nothing of it looks like is ours to say. */
const OURS = '<style>body { background: #fff; color: #1b1f29; font: 15px/1.5 system-ui, "Noto Sans", sans-serif } a { color: #2f4aa8 }</style>';
/** Pictures are not what is compared: they are blocked here, and have no address there. */
const unpictured = (html) => html.replace(/<img\b[^>]*>/gi, "");

/** As a window would show it that has our defaults, and knows no quirks. */
const meantAs = (html) => `<!doctype html>${OURS}${html.replace(/^<!doctype[^>]*>/i, "")}`;

async function picture(html, width) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 200 } });
  await context.route("**", (route) => route.abort());
  const page = await context.newPage();
  await page.setContent(unpictured(html));
  const png = await page.screenshot({ fullPage: true });
  await context.close();
  return png;
}

/** Which share of the pixels differs visibly, and a picture in which those are red. */
async function difference(one, other) {
  const page = await browser.newPage();
  const [share, map] = await page.evaluate(async (pictures) => {
    const images = await Promise.all(pictures.map(async (png) => createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob())));
    const [width, height] = ["width", "height"].map((side) => Math.max(...images.map((image) => image[side])));
    const [a, b] = images.map((image) => {
      const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, width, height);
    });
    let n = 0;
    for (let at = 0; at < a.data.length; at += 4) {
      const differs = [0, 1, 2, 3].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > 32);
      if (!differs) continue;
      n += 1;
      b.data.set([255, 0, 0, 255], at);
    }
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").putImageData(b, 0, 0);
    return [n / (width * height), canvas.toDataURL().split(",")[1]];
  }, [one, other].map((png) => png.toString("base64")));
  await page.close();
  return { share, map: Buffer.from(map, "base64") };
}

async function stored() {
  const files = [demo, designs].map(async (folder) =>
    (await readdir(folder)).map(async (name) => {
      const [page, item = ""] = (await readFile(new URL(name, folder), "utf8")).split("<!-- item -->");
      return [name.replace(".html", ""), page.replace("{items}", item.repeat(3))];
    }));
  return Promise.all((await Promise.all(files)).flat());
}

test("newsletters look as they were meant to", async () => {
  const letters = await stored();
  assert.ok(letters.length >= 9, `${letters.length} newsletters`);
  await append(site, "Newsletters", ...letters.map(([name, html]) => Buffer.from(
    `From: News <news@example.org>\r\nTo: ${site.user}\r\nSubject: The ${name} letter\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: text/html; charset=utf-8\r\n\r\n${html.replaceAll("\n", "\r\n")}\r\n`)));
  const { context, page } = await visit(browser, site);
  await signIn(page, site);
  const worst = [];
  for (const [name, html] of letters) {
    await page.goto("/mail/Newsletters");
    await page.locator("li.row", { hasText: `The ${name} letter` }).getByRole("link").first().click();
    const frame = await page.locator("iframe.message-frame").getAttribute("src");
    const shown = await (await context.request.get(frame)).text();
    for (const width of [720, 390]) {
      const [meant, seen] = [await picture(meantAs(html), width), await picture(shown, width)];
      const { share, map } = await difference(meant, seen);
      if (kept) await Promise.all([["meant", meant], ["seen", seen], ["differs", map]].map(([what, png]) =>
        writeFile(`${kept}/${name}-${width}-${what}.png`, png)));
      if (share > MOST) worst.push(`${name} at ${width}: ${(share * 100).toFixed(2)} % differ`);
    }
  }
  assert.deepEqual(worst, []);
  await context.close();
});
