import { KurentoError } from "@kms/core";
import { classifyMessage, invalidRequest, isJsonObject } from "@kms/core/jsonrpc";
import type { JsonObject, JsonValue } from "@kms/core/jsonrpc";

import { errorObject, toReplyError } from "../reply-error.js";
import type { Method, MethodCall } from "./method.js";
import { resolveNewRefs } from "./new-refs.js";

/** Runs operations in order until one fails; there is no way back. Results of earlier ones are named `newref:<index>`. */
export const transaction: Method = async (call) => {
  const operations = call.params.list("operations");
  const sessionId = call.params.session();
  const responses: JsonObject[] = [];
  for (const [index, operation] of operations.entries()) {
    checkId(operation, index);
    const resolved = resolveNewRefs(operation, responses);
    const response = await respond(call, { operation: resolved, index, sessionId });
    responses.push(response);
    if (response["error"] !== undefined) break;
  }
  return { sessionId, value: responses };
};

interface Step {
  readonly operation: JsonValue;
  readonly index: number;
  readonly sessionId: string;
}

async function respond(
  call: MethodCall,
  { operation, index, sessionId }: Step,
): Promise<JsonObject> {
  const envelope = { id: index, jsonrpc: "2.0" };
  try {
    const message = classifyMessage(operation);
    if (message.kind !== "request" && message.kind !== "notification") throw invalidRequest();
    const params = isJsonObject(message.params as JsonValue) ? (message.params as JsonObject) : {};
    return { ...envelope, result: await call.execute(message.method, { ...params, sessionId }) };
  } catch (thrown) {
    return { ...envelope, error: errorObject(toReplyError(thrown, call.state.log)) };
  }
}

// A missing id is taken as right, as in Kurento.
function checkId(operation: JsonValue, index: number): void {
  const id = isJsonObject(operation) ? operation["id"] : undefined;
  if (id === undefined || id === null || id === index) return;
  throw new KurentoError("MALFORMED_TRANSACTION", `Id of request '${index}' should be '${index}'`);
}
