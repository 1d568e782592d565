// A second client of the mailbox, as small as can be.

import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** Puts messages (texts, or octets) into a mailbox, as another program would, the last one as the newest. */
export async function append(site, mailbox, ...messages) {
  const [host, port] = site.imap.split(":");
  const socket = connect(Number(port), host);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async (start) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done || / (NO|BAD) /.test(value)) throw new Error(`IMAP: ${value}`);
      if (value.startsWith(start)) return;
    }
  };
  await answer("* OK");
  socket.write(`a LOGIN ${site.user} ${site.password}\r\n`);
  await answer("a OK");
  for (const message of messages) {
    const octets = Buffer.from(Buffer.from(message).toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
    socket.write(`b APPEND ${mailbox} {${octets.length}}\r\n`);
    await answer("+");
    socket.write(octets);
    socket.write("\r\n");
    await answer("b OK");
  }
  socket.end("c LOGOUT\r\n");
  await once(socket, "close");
}
