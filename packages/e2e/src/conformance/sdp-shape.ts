import type { JsonObject } from "./json.js";

const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)$/m;
const RTP_MAP = /^a=rtpmap:\d+ (\S+)$/gm;
// Formats that repair or wrap others.
const HELPERS = /^(rtx|red|ulpfec|flexfec-03|telephone-event|CN)\//;

/** What negotiation decides, without the numbers that differ from run to run. */
export function sdpShape(sdp: string): JsonObject {
  const [, ...sections] = sdp.replaceAll("\r", "").split(/^(?=m=)/m);
  const bundle = /^a=group:BUNDLE(.*)$/m.exec(sdp)?.[1]?.trim().split(/\s+/).length ?? 0;
  return { bundle, media: sections.map(sectionShape) };
}

function sectionShape(section: string): JsonObject {
  const [kind = "", port = "", protocol = ""] = section.slice(2).split(/\s/);
  const codecs = [...section.matchAll(RTP_MAP)].map(([, codec = ""]) => codec);
  return {
    kind,
    accepted: port !== "0",
    protocol,
    direction: DIRECTION.exec(section)?.[1] ?? "",
    codecs: [...new Set(codecs.filter((codec) => !HELPERS.test(codec)))].sort(),
  };
}
