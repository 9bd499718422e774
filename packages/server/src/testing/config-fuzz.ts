import { silentLogger } from "@kms/core";
import type { ConfigTree } from "@kms/core";

import { checkConfig } from "../gateway/config/check-config.js";
import { parseConfig } from "../gateway/config/config-files.js";
import type { ConfigFile } from "../gateway/config/config-types.js";
import { ConfigurationError } from "../gateway/config/configuration-error.js";
import { effectiveConfigText } from "../gateway/config/effective-config.js";
import { ConfigSyntaxError } from "../gateway/config/formats/syntax-error.js";
import { readSettings } from "../gateway/config/settings.js";
import { mergeTrees, nest } from "../gateway/config/trees.js";

/** What came of some broken files. */
export interface FuzzResult {
  /** Texts that no parser took. */
  readonly refused: number;
  /** Texts that could be read, whatever was wrong in them. */
  readonly read: number;
  /** Longest time that one file took, in ms. */
  readonly slowestMs: number;
}

/** One good file of each format, with what such files hold. */
const seeds: readonly (readonly [format: string, text: string])[] = [
  [
    ".json",
    `{"//": "comment", "mediaServer": {"net": {"websocket": {"port": 8888, "path": "kurento", "ipv6": true,
      "secure": {"port": 0, "certificate": "c.pem", "password": "x"}, "registrar": {"address": "ws://h:1"}}},
      "resources": {"exceptionLimit": 0.8, "killLimit": 0.7, "garbageCollectorPeriod": 240}}, "metadata": {"a": [1, null]},
      "modules": {"kurento": {"SdpEndpoint": {"numAudioMedias": 1, "audioCodecs": [{"name": "opus/48000/2"}]}}}}`,
  ],
  [
    ".ini",
    `; comment\n[mediaServer.net.websocket]\nport=8888\npath = kurento\nconnqueue=128\n
[modules.kurento.WebRtcEndpoint]\nstunServerAddress=1.2.3.4\niceTcp=1\nqos-dscp=EF\nenable-h265=true\n`,
  ],
  [
    ".info",
    `; comment\nmediaServer {\n  net { websocket\n  {\n    port 8888 ; c\n    path "a \\"b\\" \\x" \\\n "c"\n  } }\n}
modules { kurento { SdpEndpoint { audioCodecs { "" { name a }\n "" { name b } } } } }\n`,
  ],
  [
    ".xml",
    `<?xml version="1.0"?><!-- c --><mediaServer a="1"><net><websocket><port>8888</port><path>a &amp; b</path></websocket>
</net></mediaServer><modules><kurento><SdpEndpoint><videoCodecs><c><name>VP8/90000</name></c></videoCodecs>
</SdpEndpoint></kurento></modules>`,
  ],
];

const snippets: readonly string[] = [
  ..."{}[]\"'<>=;:,/\\&#!-.0\n\t\0\u00e9\ud800",
  ...[
    "__proto__",
    "constructor",
    "//",
    "null",
    "1e999",
    "-1",
    "99999999999999999999",
    "true",
    "\r\n",
  ],
  ...[
    "<![CDATA[",
    "]]>",
    "&lt;",
    "&#0;",
    "<!--",
    "<a>",
    "</a>",
    '"" {',
    "#include",
    "\\\n",
    "toString",
  ],
  ...["[".repeat(200), "{".repeat(200), "<a>".repeat(200), "a.".repeat(200), '{"a":'.repeat(200)],
];

/**
 * Reads mutated files of all formats as the server does, up to the settings.
 * @param seed the same seed gives the same files
 * @throws Error with the text of a file that fails in another way than the two that are meant to be
 */
export function fuzzConfiguration(files: number, seed: number): FuzzResult {
  const random = generator(seed);
  const counts = { refused: 0, read: 0 };
  let slowestMs = 0;
  for (let index = 0; index < files; index += 1) {
    const [format, text] = seeds[index % seeds.length] ?? [".json", ""];
    const broken = mutate(text, random);
    const startedMs = performance.now();
    counts[outcome(broken, format)] += 1;
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  }
  return { ...counts, slowestMs };
}

function outcome(text: string, format: string): keyof Omit<FuzzResult, "slowestMs"> {
  try {
    const tree = parseConfig(text, format);
    useAsMain(tree);
    useAsModule(tree);
    return "read";
  } catch (error) {
    if (error instanceof ConfigSyntaxError || isNoObject(error)) return "refused";
    throw new Error(`${format} ${JSON.stringify(text)}`, { cause: error });
  }
}

function useAsMain(tree: ConfigTree): void {
  try {
    const config = mergeTrees({ configPath: "/nowhere" }, checkConfig(tree, "fuzz", silentLogger));
    effectiveConfigText(config as ConfigFile);
    readSettings(config as ConfigFile);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
  }
}

function useAsModule(tree: ConfigTree): void {
  const settings = nest(["modules", "kurento", "WebRtcEndpoint"], tree);
  readSettings(checkConfig(settings, "fuzz", silentLogger) as ConfigFile);
}

function isNoObject(error: unknown): boolean {
  return error instanceof Error && error.message === "should hold an object";
}

type Random = (below: number) => number;

function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let times = 1 + random(4); times > 0; times -= 1)
    mutated = mutations[random(mutations.length)]?.(mutated, random) ?? mutated;
  return mutated;
}

type Mutation = (text: string, random: Random) => string;

const mutations: readonly Mutation[] = [
  (text, random) => splice(text, random, ""),
  (text, random) => splice(text, random, snippets[random(snippets.length)] ?? ""),
  (text, random) => splice(text, random, String.fromCharCode(random(0x300))),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => splice(text, random, part(text, random)),
  (text) => text + text,
];

/** Puts something in the place of up to 8 characters. */
function splice(text: string, random: Random, put: string): string {
  const at = random(text.length + 1);
  return text.slice(0, at) + put + text.slice(at + random(9));
}

function part(text: string, random: Random): string {
  const at = random(text.length + 1);
  return text.slice(at, at + random(60));
}

/** Numbers that depend on the seed alone (mulberry32). */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
