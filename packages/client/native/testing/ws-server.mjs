// A WebSocket server for the tests of the network. Prints its port; ends with its standard input.
// With arguments <certificate> <key> it speaks TLS. Texts come back, but these: "close" and "die" end the connection in
// order or not, "token" gives the Authorization header. The path /refuse is answered with 401.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { WebSocketServer } from "ws";

const [, , certificate, key] = process.argv;
const server =
  certificate === undefined
    ? createServer()
    : createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) });
const sockets = new WebSocketServer({
  server,
  verifyClient: ({ req }, done) => done(req.url !== "/refuse", 401, "Unauthorized"),
});
const actions = {
  close: (socket) => socket.close(),
  die: (socket) => socket.terminate(),
  token: (socket, request) => socket.send(request.headers.authorization ?? "none"),
};
sockets.on("connection", (socket, request) => {
  socket.on("message", (data) => {
    const text = String(data);
    const action = actions[text] ?? ((to) => to.send(text));
    action(socket, request);
  });
  socket.on("close", (code) => console.log(`closed ${code}`));
});
server.listen(0, "127.0.0.1", () =>
  // Not as a number, which a console that is told to would colour.
  console.log(String(server.address().port)),
);
process.stdin.on("end", () => process.exit(0)).resume();
