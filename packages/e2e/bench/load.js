// @ts-check
// Load for request-rate.full.test.ts, a process of its own so that it can be pinned: keeps a window of requests under
// way on one WebSocket and prints its figures as JSON. The frames are made by hand: a library would take more CPU time
// than the server that is measured.
//
//   node load.js '{"port":8888,"count":60000,"window":64,"setUp":[...],"request":{...}}'
//
// `setUp` are requests that are sent first, one by one; `request` is the one that is repeated. Ids are filled in.
import { connect } from "node:net";
import process from "node:process";

/** @typedef {{ method: string, params: object }} Request */

const { port, count, window, setUp, request } =
  /** @type {{ port: number, count: number, window: number, setUp: Request[], request: Request }} */ (
    JSON.parse(process.argv[2] ?? "{}")
  );

const firstId = setUp.length;
const socket = connect({ port, host: "127.0.0.1", noDelay: true });
const sentAtMs = new Float64Array(count);
const latenciesMs = new Float64Array(count);
let sent = 0;
let answered = 0;
let events = 0;
let errors = 0;
let startedMs = 0;
/** @type {NodeJS.CpuUsage | undefined} */
let cpuAtStart;
let pending = Buffer.alloc(0);

// RFC 6455 section 5.2: a final text frame with the mask 0, which leaves the text as it is.
/** @param {string} text */
function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? [0x81, 0x80 | body.length]
      : [0x81, 0xfe, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

/** @param {number} id @param {Request} call */
function requestFrame(id, { method, params }) {
  return frame(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
}

/** @param {number} wanted */
function sendMore(wanted) {
  const frames = [];
  const nowMs = performance.now();
  for (let left = Math.min(wanted, count - sent); left > 0; left -= 1) {
    sentAtMs[sent] = nowMs;
    frames.push(requestFrame(firstId + sent, request));
    sent += 1;
  }
  if (frames.length > 0) socket.write(Buffer.concat(frames));
}

/** @param {string} text @returns whether one of the measured requests is answered */
function onText(text) {
  if (text.includes('"method":"onEvent"')) {
    events += 1;
    return false;
  }
  if (text.startsWith('{"error"')) errors += 1;
  const id = Number(/"id":(\d+)/.exec(text)?.[1]);
  if (id < firstId) {
    beginOrSetUp(id + 1);
    return false;
  }
  const at = id - firstId;
  latenciesMs[at] = performance.now() - (sentAtMs[at] ?? 0);
  answered += 1;
  return true;
}

/** @param {number} step */
function beginOrSetUp(step) {
  const next = setUp[step];
  if (next !== undefined) return socket.write(requestFrame(step, next));
  startedMs = performance.now();
  cpuAtStart = process.cpuUsage();
  return sendMore(window);
}

/** @param {Buffer} chunk */
function onData(chunk) {
  pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
  let at = 0;
  let done = 0;
  while (at + 4 <= pending.length) {
    const short = (pending[at + 1] ?? 0) & 127;
    const start = at + (short < 126 ? 2 : 4);
    const end = start + (short < 126 ? short : pending.readUInt16BE(at + 2));
    if (end > pending.length) break;
    if (onText(pending.toString("latin1", start, end))) done += 1;
    at = end;
  }
  pending = pending.subarray(at);
  if (answered === count) finish();
  else if (done > 0) sendMore(done);
}

function finish() {
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuAtStart);
  const sorted = latenciesMs.toSorted();
  /** @param {number} share */
  const percentile = (share) => sorted[Math.min(count - 1, Math.floor(count * share))];
  const figures = {
    perSecond: count / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    maxMs: percentile(1),
    events,
    errors,
    loadCpuUs: (user + system) / count,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  socket.destroy();
}

socket.once("data", (/** @type {Buffer} */ head) => {
  // The response to the upgrade ends with an empty line; the server sends nothing more before it is asked.
  if (!head.toString().startsWith("HTTP/1.1 101")) throw new Error(head.toString());
  socket.on("data", onData);
  beginOrSetUp(0);
});
socket.write(
  `GET /kurento HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
);
