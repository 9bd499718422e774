// The DiffServ marks of WebRtcEndpoint's `qosDscp` (api.md B8).
import type { ObjectContext } from "@kms/core";
import { DSCPValue } from "../generated/types.js";

const CLASS = "kurento.WebRtcEndpoint";

/** Code points (RFC 2474) by name; 0 is no mark. */
const CODE_POINTS: Readonly<Record<DSCPValue, number>> = {
  NO_DSCP: 0,
  NO_VALUE: 0,
  AUDIO_VERYLOW: 1,
  AUDIO_LOW: 0,
  AUDIO_MEDIUM: 46,
  AUDIO_HIGH: 46,
  VIDEO_VERYLOW: 1,
  VIDEO_LOW: 0,
  VIDEO_MEDIUM: 36,
  VIDEO_MEDIUM_THROUGHPUT: 38,
  VIDEO_HIGH: 36,
  VIDEO_HIGH_THROUGHPUT: 34,
  DATA_VERYLOW: 1,
  DATA_LOW: 0,
  DATA_MEDIUM: 10,
  DATA_HIGH: 18,
  CHROME_HIGH: 56,
  CHROME_MEDIUM: 56,
  CHROME_LOW: 0,
  CHROME_VERYLOW: 8,
  CS0: 0,
  CS1: 8,
  CS2: 16,
  CS3: 24,
  CS4: 32,
  CS5: 40,
  CS6: 48,
  CS7: 56,
  AF11: 10,
  AF12: 12,
  AF13: 14,
  AF21: 18,
  AF22: 20,
  AF23: 22,
  AF31: 26,
  AF32: 28,
  AF33: 30,
  AF41: 34,
  AF42: 36,
  AF43: 38,
  EF: 46,
  VOICEADMIT: 44,
  LE: 1,
};

/**
 * The mark of an endpoint's packets.
 * @param wanted by the client; NO_VALUE leaves it to the setting `qos-dscp`
 * @returns a code point, 0..63; 0 is no mark
 */
export function dscpOf(wanted: DSCPValue, config: ObjectContext["config"]): number {
  if (wanted !== "NO_VALUE") return CODE_POINTS[wanted];
  const configured = config.text(CLASS, "qos-dscp");
  const known = DSCPValue.find((value) => value === configured);
  return known === undefined ? 0 : CODE_POINTS[known];
}
