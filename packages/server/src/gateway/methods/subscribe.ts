import { KurentoError } from "@kms/core";

import type { Method } from "./method.js";

/** Subscribes the session to one type of event of an object. */
export const subscribe: Method = async ({ params, state }) => {
  const type = params.text("type");
  const object = params.text("object");
  const sessionId = params.session();
  const record = state.objects.resolve(sessionId, object);
  if (!record.type.hasEvent(type)) {
    throw new KurentoError("MEDIA_OBJECT_EVENT_NOT_SUPPORTED", `Event '${type}' not supported`);
  }
  await state.objects.listen(record, type);
  state.objects.resolve(sessionId, object); // it may have gone meanwhile
  return { sessionId, value: state.subscriptions.add(record.id, type, sessionId) };
};
