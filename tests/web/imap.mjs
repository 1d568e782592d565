// A second client of the mailbox, as small as can be.

import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/**
 * Puts messages (texts, or octets) into a mailbox, which is made where it is missing, as another program would, the
 * last one as the newest. Gives the `{uidvalidity}.{uid}` of each.
 */
export async function append(site, mailbox, ...messages) {
  const [host, port] = site.imap.split(":");
  const socket = connect(Number(port), host);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async (start) => {
    for (;;) {
      const { value, done } = await lines.next();
      // That it is there already is an answer, too.
      if (done || (/ (NO|BAD) /.test(value) && !value.includes("[ALREADYEXISTS]"))) throw new Error(`IMAP: ${value}`);
      if (value.startsWith(start)) return value;
    }
  };
  await answer("* OK");
  socket.write(`a LOGIN ${site.user} ${site.password}\r\n`);
  await answer("a OK");
  if (mailbox !== "INBOX") {
    socket.write(`x CREATE ${mailbox}\r\n`);
    await answer("x ");
  }
  const ids = [];
  for (const message of messages) {
    const octets = Buffer.from(Buffer.from(message).toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
    socket.write(`b APPEND ${mailbox} {${octets.length}}\r\n`);
    await answer("+");
    socket.write(octets);
    socket.write("\r\n");
    const [, uidvalidity, uid] = (await answer("b OK")).match(/APPENDUID (\d+) (\d+)/) ?? [];
    ids.push(`${uidvalidity}.${uid}`);
  }
  socket.end("c LOGOUT\r\n");
  await once(socket, "close");
  return ids;
}
