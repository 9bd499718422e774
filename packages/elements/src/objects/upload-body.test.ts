import { describe, expect, it } from "vitest";
import { FormFile, formBoundary } from "./upload-body.js";

const FIELD = 'content-disposition: form-data; name="title"';
const FILE = 'Content-Disposition: form-data; name="f"; filename="a.webm"';

function form(...parts: readonly (readonly [string, string])[]): Buffer {
  const text = parts.map(([head, body]) => `--XX\r\n${head}\r\nX-More: 1\r\n\r\n${body}\r\n`);
  return Buffer.from(`${text.join("")}--XX--\r\nepilogue`, "latin1");
}

async function fileIn(bytes: Buffer, chunk: number): Promise<string> {
  const parser = new FormFile("XX");
  const got: Buffer[] = [];
  parser.on("data", (data: Buffer) => got.push(data));
  const ended = new Promise<void>((resolve, reject) => {
    parser.once("end", resolve);
    parser.once("error", reject);
  });
  for (let at = 0; at < bytes.length; at += chunk) parser.write(bytes.subarray(at, at + chunk));
  parser.end();
  await ended;
  return Buffer.concat(got).toString("latin1");
}

describe("the file in a form", () => {
  const media = "\u001aEß\r\n--X\r\n\r\n--YX\r\n";

  it.each([1, 2, 3, 7, 1000])("is found when %i bytes come at a time", async (chunk) => {
    expect(await fileIn(form([FILE, media]), chunk)).toBe(media);
    expect(await fileIn(form([FIELD, "a title"], [FILE, media]), chunk)).toBe(media);
    expect(await fileIn(form([FIELD, ""], [FILE, media], [FILE, "second"]), chunk)).toBe(media);
    expect(await fileIn(form([FILE, ""], [FILE, "second"]), chunk)).toBe("");
  });

  it("is what came of it when the form breaks off", async () => {
    const whole = form([FILE, "0123456789"]);
    const cut = whole.subarray(0, whole.indexOf("5"));
    expect("0123456789".startsWith(await fileIn(cut, 5))).toBe(true);
  });

  it("is nothing where there is none", async () => {
    expect(await fileIn(form([FIELD, "a"], [FIELD, "b"]), 4)).toBe("");
    expect(await fileIn(Buffer.from("no form at all"), 4)).toBe("");
    expect(await fileIn(Buffer.alloc(0), 4)).toBe("");
  });

  it("is refused below endless headers", async () => {
    const head = Buffer.from(`--XX\r\n${"a: b\r\n".repeat(10_000)}`);
    await expect(fileIn(head, 1000)).rejects.toThrow(RangeError);
  });
});

describe("the boundary of a form", () => {
  it("is read with and without quotes", () => {
    expect(formBoundary('multipart/form-data; boundary="a b"')).toBe("a b");
    expect(formBoundary("Multipart/Form-Data; charset=x; boundary=ab")).toBe("ab");
    expect(formBoundary("video/webm")).toBeUndefined();
    expect(formBoundary(undefined)).toBeUndefined();
  });

  it.each(["multipart/form-data", `multipart/form-data; boundary=${"x".repeat(71)}`])(
    "must be usable: %s",
    (type) => expect(() => formBoundary(type)).toThrow(RangeError),
  );
});
