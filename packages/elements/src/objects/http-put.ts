// A recording sent to a web server while it is made: one PUT, chunked.
import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GrowingFile } from "./growing-file.js";

/** How long a server may take nothing of what there is, or not answer. */
const SILENCE_MS = 30_000;

/**
 * Sends the whole file; resolves when the server has said that it has it. A recording that pauses may be silent for as
 * long as it likes, the server may not.
 * @throws Error telling what went wrong
 */
export async function putFile(url: URL, file: GrowingFile, silenceMs = SILENCE_MS): Promise<void> {
  const target = new URL(url);
  const { username, password } = target;
  target.username = target.password = "";
  const auth = username === "" ? {} : { auth: `${decode(username)}:${decode(password)}` };
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const call = request(target, { method: "PUT", agent: false, ...auth });
  // The request itself tells of its first silence only.
  call.once("socket", (socket) =>
    socket.setTimeout(silenceMs).on("timeout", () => {
      const isAwaited = call.writableEnded || call.writableLength > 0;
      if (isAwaited) call.destroy(new Error(`the server is silent for ${silenceMs / 1000} s`));
    }),
  );
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
  });
  // Who answers before the end does not want it: no reason to send the rest.
  const refused = answered.then((response) => judge(response));
  refused.catch(() => call.destroy());
  await Promise.all([refused, pipeline(Readable.from(file.read()), call)]);
}

function judge(response: IncomingMessage): void {
  response.resume();
  const { statusCode = 0, statusMessage = "" } = response;
  if (statusCode < 200 || statusCode > 299)
    throw new Error(`the server answers ${statusCode} ${statusMessage}`);
}

function decode(text: string): string {
  return decodeURIComponent(text);
}
