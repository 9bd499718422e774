// Header extensions of our own offers.
import { describe, expect, it } from "vitest";
import { readSession } from "./read.js";
import { chromiumOffer } from "./sdp.fixtures.js";
import { answerSession, capabilities, offerSession, sdpOf, streams } from "./testing.js";
import type { LocalSession } from "./types.js";

const DEPENDENCIES =
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const MIXED = "a=extmap-allow-mixed\r\n";

function usedForVideo(answer: string, offer: LocalSession): string[] {
  const [, video] = streams(readSession(answer), offer);
  return video?.extensions.map(({ uri }) => uri) ?? [];
}

describe("dependency descriptors", () => {
  const offer = offerSession();
  const answer = sdpOf(answerSession(sdpOf(offer)));

  it("are offered for video", () => {
    const text = sdpOf(offer);
    const [head = "", audio = "", video = ""] = text.split(/(?=m=)/);
    expect(head).toContain(MIXED);
    expect(audio).not.toContain(DEPENDENCIES);
    expect(video).toContain(`a=extmap:6 ${DEPENDENCIES}\r\n`);
  });

  it("are used where the answer has them", () => {
    expect(usedForVideo(answer, offer)).toContain(DEPENDENCIES);
    const refused = answer.replaceAll(/a=extmap:6 .*\r\n/g, "");
    expect(usedForVideo(refused, offer)).not.toContain(DEPENDENCIES);
  });

  it("are not used where the answer takes no long extensions beside short ones", () => {
    const unmixed = usedForVideo(answer.replace(MIXED, ""), offer);
    expect(unmixed).not.toContain(DEPENDENCIES);
    expect(unmixed).toContain(MID);
  });

  it("are not offered in a session that has only short extensions", () => {
    const chrome = answerSession(chromiumOffer().replace(MIXED, ""));
    const withoutVideo = offerSession({ video: false }, capabilities(), chrome);
    const again = sdpOf(offerSession({}, capabilities(), withoutVideo));
    expect(again).toMatch(/m=video [1-9]/);
    expect(again).not.toContain(MIXED);
    expect(again).not.toContain(DEPENDENCIES);
  });
});
