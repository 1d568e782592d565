// The pages that are looked at, each by the way that leads to it.

/** The address of a message whose subject holds these words. */
async function message(page, words) {
  await page.goto(`/mail/INBOX?q=${encodeURIComponent(`subject:"${words}"`)}`);
  const link = page.locator("li.row .row-link").first();
  return new URL(await link.getAttribute("href"), page.url()).pathname;
}

/** Name and address of each, for somebody who is signed in. */
export async function everyPage(page) {
  return {
    inbox: "/mail/INBOX",
    search: "/mail/INBOX?q=from:grace",
    empty: "/mail/INBOX?q=nothing-is-called-like-this",
    message: await message(page, "Accessibility review, round two"),
    newsletter: await message(page, "The keeper of the last paper map"),
    attachments: await message(page, "Everything for the print shop"),
    compose: "/compose",
    reply: `/compose?reply=${(await message(page, "Draft contract")).replace("/mail/", "")}`,
    folders: "/folders",
    headers: `${await message(page, "Draft contract")}/headers`,
  };
}

/** Phone, tablet and desktop. */
export const VIEWPORTS = [
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];

export const SCHEMES = ["light", "dark"];

/** Fonts and pictures are there, and the frame has its height. */
export async function settled(page) {
  await page.waitForLoadState("load");
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.loading === "lazy"));
  await page.waitForFunction(() => [...document.querySelectorAll(".message-frame")].every((frame) => frame.style.blockSize));
}
