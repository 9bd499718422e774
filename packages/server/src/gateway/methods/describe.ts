import type { Method } from "./method.js";

/** Tells the class of an object. */
export const describe: Method = async ({ params, state }) => {
  const object = params.text("object");
  const sessionId = params.session();
  const { name, qualifiedName, hierarchy } = state.objects.resolve(sessionId, object).type.manifest;
  return { hierarchy: [...hierarchy], qualifiedType: qualifiedName, sessionId, type: name };
};
