import { closeSession } from "./close-session.js";
import { connect } from "./connect.js";
import { create } from "./create.js";
import { describe } from "./describe.js";
import { invoke } from "./invoke.js";
import { keepAlive } from "./keep-alive.js";
import type { Method } from "./method.js";
import { ping } from "./ping.js";
import { ref } from "./ref.js";
import { release } from "./release.js";
import { subscribe } from "./subscribe.js";
import { transaction } from "./transaction.js";
import { unref } from "./unref.js";
import { unsubscribe } from "./unsubscribe.js";

/** All methods of the Kurento protocol, by their names on the wire. */
export const methodTable: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    closeSession,
    connect,
    create,
    describe,
    invoke,
    keepAlive,
    ping,
    ref,
    release,
    subscribe,
    transaction,
    unref,
    unsubscribe,
  }),
);
