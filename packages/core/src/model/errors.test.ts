import { describe, expect, it } from "vitest";
import {
  KurentoError,
  KurentoErrorCode,
  errorTypeOf,
  isKurentoError,
  objectNotFound,
} from "./errors.js";

describe("KurentoError", () => {
  it("takes code and type from the table", () => {
    expect(new KurentoError("SDP_END_POINT_NO_LOCAL_SDP_ERROR", "No local SDP")).toMatchObject({
      code: 40202,
      type: "SDP_END_POINT_NO_LOCAL_SDP_ERROR",
      message: "No local SDP",
    });
  });

  it.each([40500, 49001, 1])("has type UNDEFINED for code %d", (code) => {
    expect(new KurentoError(code, "x").type).toBe("UNDEFINED");
  });

  it("keeps the cause", () => {
    const cause = new Error("inner");
    expect(new KurentoError("UNEXPECTED_ERROR", "x", { cause }).cause).toBe(cause);
  });

  it("has one type for each code", () => {
    const codes = Object.values(KurentoErrorCode);
    expect(new Set(codes).size).toBe(codes.length);
    expect(errorTypeOf(KurentoErrorCode.MARSHALL_ERROR)).toBe("MARSHALL_ERROR");
  });

  it("is told from other errors", () => {
    expect(isKurentoError(new KurentoError(40001, "x"))).toBe(true);
    expect(isKurentoError(new Error("x"))).toBe(false);
    expect(isKurentoError({ name: "KurentoError", code: 1, type: "x" })).toBe(false);
  });
});

describe("objectNotFound", () => {
  it.each([
    ["nobody", 40101, "Object 'nobody' not found"],
    ["newref:", 40101, "Object 'newref:' not found"],
    [
      "newref:0",
      40109,
      "Object 'newref:0' not found. Possibly using a transactional object without committing the transaction.",
    ],
  ])("of '%s' is %i", (id, code, message) => {
    expect(objectNotFound(id)).toMatchObject({ code, message });
  });
});
