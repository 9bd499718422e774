import { KurentoError } from "@kms/core";

import type { Method } from "./method.js";

/** Creates an object of a class, in the pipeline that its constructor parameters name. */
export const create: Method = async ({ params, state, afterResponse }) => {
  const name = params.text("type");
  const type = state.catalog.find(name);
  if (!type?.manifest.creatable)
    throw new KurentoError("MEDIA_OBJECT_NOT_AVAILABLE", `Factory '${name}' not found`);
  await state.checkResources();
  const sessionId = params.session();
  const { id } = await state.objects.create(sessionId, type, params.optional("constructorParams"));
  afterResponse(() => state.manager.objectCreated(id));
  return { sessionId, value: id };
};
