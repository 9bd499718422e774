import type { Method } from "./method.js";

/** Calls an operation of an object. */
export const invoke: Method = async ({ params, state, ahead }) => {
  const operation = params.text("operation");
  const object = params.text("object");
  const sessionId = params.session();
  const record = state.objects.resolve(sessionId, object);
  const operationParams = params.optional("operationParams");
  const isManager = record === state.manager.record;
  const value = isManager
    ? await state.manager.invoke(operation, operationParams)
    : await state.objects.invoke(sessionId, record, { operation, operationParams, ahead });
  return { sessionId, value };
};
