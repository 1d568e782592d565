// Postroom in a text browser: sign in, read, answer, file.

import { after, before, test } from "node:test";
import { startSite } from "../web/site.mjs";
import { W3m } from "./w3m.mjs";

const SUBJECT = "Lunch on Wednesday?";

let site;
let w3m;
before(async () => {
  site = await startSite();
  w3m = new W3m(site.address);
});
after(async () => {
  w3m?.close();
  await site?.stop();
});

test("a person signs in, reads a message, answers it and files it", () => {
  w3m.arrives("Sign in");
  w3m.fill("User name", site.user);
  w3m.fill("Password", site.password, "Password:");
  w3m.press("Sign in");

  w3m.arrives("Inbox");
  w3m.press(SUBJECT);
  w3m.arrives(`${SUBJECT} · Postroom`);
  w3m.press("Read the message");
  w3m.sees("pickled herring");
  w3m.back();
  w3m.arrives(`${SUBJECT} · Postroom`);
  w3m.top();

  w3m.press("Reply");
  w3m.arrives(`Re: ${SUBJECT}`);
  w3m.fill("To [", site.user);
  w3m.fill("Subject", "Herring it is");
  w3m.write("Text", "Yes, with the photos from Lisbon.\n");
  w3m.press("Send");
  w3m.sees("Message sent.");

  w3m.top();
  w3m.press("Postroom");
  w3m.arrives("Inbox");
  w3m.reloadUntil("Herring it is");
  w3m.press(SUBJECT);
  w3m.arrives(SUBJECT);
  w3m.choose("Folder [", "Archive");
  w3m.press("Move Copy");
  w3m.sees("1 message moved");

  w3m.press("Skip to folders");
  w3m.sees("Manage folders");
  w3m.press("Archive");
  w3m.arrives("Archive");
  w3m.sees(SUBJECT);
});
