import { MediaPipeline, coreModule } from "@kms/core";
import { testServices } from "@kms/core/testing";
import type { TestServices } from "@kms/core/testing";
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { elementsModule } from "../generated/index.js";
import type { HttpPostEndpointParams } from "../generated/http-post-endpoint.js";
import { HttpPostEndpoint } from "./http-post-endpoint.js";

const CONFIG = { kurento: { HttpEndpoint: { serverAddress: "127.0.0.1", serverPort: 0 } } };

let services: TestServices;
let pipeline: MediaPipeline;
let endpoint: HttpPostEndpoint;
let made: HttpPostEndpoint[];

async function create(id: string, config: object = CONFIG): Promise<HttpPostEndpoint> {
  services = testServices([coreModule, elementsModule], config as typeof CONFIG);
  pipeline = new MediaPipeline(services.context("pipeline"));
  return add(id);
}

async function add(id: string): Promise<HttpPostEndpoint> {
  const params = { disconnectionTimeout: 2, useEncodedMedia: false } as HttpPostEndpointParams;
  const added = new HttpPostEndpoint(services.context(id, pipeline), params);
  await added.initialize();
  made.push(added);
  return added;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function send(
  url: string,
  method: string,
  body = "",
  headers: Record<string, string> = {},
): Promise<Answer> {
  const call = request(url, { method, headers });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, body: text };
}

/** What the native player is told to read. */
function uri(id = "post"): string {
  return String(services.host.objects.get(id)?.params["uri"]);
}

/** Plays as native code does when it is told to: reads the URI. */
function player(id = "post"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    services.host.answer("play", () => {
      send(uri(id), "GET").then(resolve, reject);
      return null;
    });
  });
}

function types(): string[] {
  return services.events.map(({ type }) => type);
}

beforeEach(async () => {
  made = [];
  endpoint = await create("post");
});

afterEach(async () => {
  await Promise.all(made.map((one) => one.release()));
});

describe("HttpPostEndpoint", () => {
  it("tells the address of the listener, each endpoint its own", async () => {
    const other = await add("other");
    expect(endpoint.getUrl()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/);
    expect(other.getUrl()).not.toBe(endpoint.getUrl());
    expect(new URL(other.getUrl()).host).toBe(new URL(endpoint.getUrl()).host);
  });

  it("tells the announced address", async () => {
    const HttpEndpoint = { ...CONFIG.kurento.HttpEndpoint, announcedAddress: "media.example" };
    const announced = await create("announced", { kurento: { HttpEndpoint } });
    expect(announced.getUrl()).toMatch(/^http:\/\/media\.example:\d+\//);
  });

  it("fails with 40300 where it cannot listen", async () => {
    const HttpEndpoint = { serverAddress: "192.0.2.1", serverPort: 9091 };
    await expect(create("nowhere", { kurento: { HttpEndpoint } })).rejects.toMatchObject({
      code: 40300,
      message: "Cannot register HttpPostEndPoint",
    });
  });

  it("gives the body of a POST to its player", async () => {
    const played = player();
    const answer = await send(endpoint.getUrl(), "POST", "media");
    expect(answer.status).toBe(200);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^HttpEPCookie=/);
    expect(await played).toMatchObject({ status: 200, body: "media" });
    services.host.emit("post", "endOfStream", {});
    expect(types()).toEqual(["MediaSessionStarted", "EndOfStream"]);
  });

  it("gives the file in a form to its player", async () => {
    const played = player();
    const head = 'Content-Disposition: form-data; name="f"; filename="a"';
    const body = `--b\r\n${head}\r\n\r\nmedia\r\n--b--\r\n`;
    const type = "multipart/form-data; boundary=b";
    const answer = await send(endpoint.getUrl(), "POST", body, { "content-type": type });
    expect(answer.status).toBe(200);
    expect((await played).body).toBe("media");
  });

  it("plays an upload that came too soon after the one before", async () => {
    const first = player();
    const { headers } = await send(endpoint.getUrl(), "POST", "one");
    await first;
    services.host.answer("play", () => null); // plays on
    const cookie = String(headers["set-cookie"]?.[0]);
    const answer = send(endpoint.getUrl(), "POST", "two", { cookie });
    await expect
      .poll(() => services.host.calls.filter((call) => call.endsWith("play")).length)
      .toBe(2);
    const second = player();
    services.host.emit("post", "endOfStream", {});
    expect((await second).body).toBe("two");
    expect((await answer).status).toBe(200);
  });

  it("is for the client that came first", async () => {
    const first = player();
    const { headers } = await send(endpoint.getUrl(), "POST", "one");
    await first;
    expect((await send(endpoint.getUrl(), "POST", "x")).status).toBe(400);
    const cookie = String(headers["set-cookie"]?.[0]);
    expect((await send(endpoint.getUrl(), "POST", "x", { cookie: "HttpEPCookie=y" })).status).toBe(
      400,
    );
    const second = player();
    expect((await send(endpoint.getUrl(), "POST", "two", { cookie })).status).toBe(200);
    expect((await second).body).toBe("two");
    expect(types()).toEqual(["MediaSessionStarted"]);
  });

  it("takes POST and OPTIONS alone, at its own address", async () => {
    const options = await send(endpoint.getUrl(), "OPTIONS");
    expect(options.status).toBe(200);
    expect(options.headers).toMatchObject({ "access-control-allow-origin": "*" });
    expect(options.headers["allow"]).toContain("POST");
    expect((await send(endpoint.getUrl(), "GET")).status).toBe(405);
    expect((await send(new URL("/nothing", endpoint.getUrl()).href, "POST")).status).toBe(404);
    const noBoundary = { "content-type": "multipart/form-data" };
    expect((await send(endpoint.getUrl(), "POST", "x", noBoundary)).status).toBe(400);
    expect(types()).toEqual([]);
  });

  it("gives the media to players alone, once", async () => {
    expect((await send(uri(), "GET")).status).toBe(404);
    expect(new URL(uri()).host).not.toBe(new URL(endpoint.getUrl()).host);
  });

  it("tells that a client stays away, and takes no more then", async () => {
    const played = player();
    await send(endpoint.getUrl(), "POST", "media");
    await played;
    services.time.advance(1999);
    expect(types()).toEqual(["MediaSessionStarted"]);
    services.time.advance(1);
    expect(types()).toEqual(["MediaSessionStarted", "MediaSessionTerminated"]);
    await add("other"); // keeps the listener
    expect((await send(endpoint.getUrl(), "POST", "more")).status).toBe(404);
  });

  it("tells the client that its media is of no use", async () => {
    services.host.answer("play", () => {
      const error = { type: "INVALID_MEDIA", code: 0, description: "Invalid Media" };
      services.host.emit("post", "error", error);
      return null;
    });
    expect((await send(endpoint.getUrl(), "POST", "x".repeat(1_000_000))).status).toBe(415);
    expect(types()).toContain("Error");
  });

  it("serves nothing when it is released", async () => {
    const url = endpoint.getUrl();
    await endpoint.release();
    made = [];
    await expect(send(url, "POST", "x")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(() => endpoint.getUrl()).toThrow(expect.objectContaining({ code: 40300 }));
  });
});
