import { formatKey } from "./formats.js";
import { rawFormat } from "./media.js";
import type { EncoderSettings, Format, Medium, OfferedStream, StreamKind } from "./media.js";

/** What a branch turns its source into. */
export interface BranchTarget {
  readonly kind: StreamKind;
  readonly format: Format;
}

/**
 * One step of conversion that the plan needs: unpacking packets, decoding, encoding or packing. Shared by all sinks on
 * whose way it lies.
 */
export interface PlannedBranch {
  /** Equal for equal steps. */
  readonly key: string;
  /** As the key, but without the bitrates, which a branch can change while it runs. */
  readonly kin: string;
  readonly medium: Medium;
  /** As the kin, but for slow viewers and others alike. */
  readonly family: string;
  /** What feeds it: a native id, or the step before. */
  readonly from: string | PlannedBranch;
  readonly target: BranchTarget;
  /** For a branch that encodes. */
  readonly encoder: EncoderSettings | undefined;
  /** Largest RTP packet that it makes; undefined: its own choice, and for frames. */
  readonly mtu: number | undefined;
}

/** A conversion as a whole. */
export interface Conversion {
  /** Native id of the source. */
  readonly source: string;
  readonly medium: Medium;
  readonly offered: OfferedStream;
  readonly target: BranchTarget;
  /** True when media must be encoded anew although the codec stays. */
  readonly reencode: boolean;
  /** How to encode, if it comes to that. */
  readonly encoder: EncoderSettings;
  /** True for a viewer that would hold back the others of its encoder. */
  readonly isSlow: boolean;
  /** Largest RTP packet, if packets are made; undefined: any. */
  readonly mtu: number | undefined;
}

/**
 * The last of the steps that a conversion takes; the others are before it. Each step depends only on what it needs to,
 * so that one source is unpacked once and decoded once, whatever its sinks want, and encoded once for each codec.
 */
export function lastStage(conversion: Conversion): PlannedBranch {
  const { offered, target, reencode, encoder, isSlow } = conversion;
  const converts = reencode || offered.format.codec !== target.format.codec;
  let stage = firstStage(conversion, converts);
  if (converts && target.format.codec !== rawFormat.codec)
    stage = next(conversion, stage, framesOf(withoutParameters(target.format)), {
      encoder,
      isSlow,
    });
  if (target.kind === "rtp") stage = next(conversion, stage, target, { mtu: conversion.mtu });
  if (stage === undefined) throw new RangeError("nothing to convert");
  return stage;
}

/** The steps from the source to this one. */
export function* stagesTo(last: PlannedBranch): Generator<PlannedBranch> {
  if (typeof last.from !== "string") yield* stagesTo(last.from);
  yield last;
}

// What brings the source's media into the form that the rest works on: frames as they are, or decoded.
function firstStage(conversion: Conversion, decodes: boolean): PlannedBranch | undefined {
  const { kind, format } = conversion.offered;
  const stage = kind === "rtp" ? next(conversion, undefined, framesOf(format)) : undefined;
  if (!decodes || format.codec === rawFormat.codec) return stage;
  return next(conversion, stage, framesOf(rawFormat));
}

interface StepSettings {
  readonly encoder?: EncoderSettings;
  readonly isSlow?: boolean;
  readonly mtu?: number | undefined;
}

function next(
  { source, medium, offered }: Conversion,
  from: PlannedBranch | undefined,
  target: BranchTarget,
  { encoder, isSlow = false, mtu }: StepSettings = {},
): PlannedBranch {
  // The source's own format counts: when it changes, fresh branches take over from the old ones.
  const origin = [source, medium, offered.kind, formatKey(offered.format)].join("|");
  const { framerate, ...bitrates } = encoder ?? {};
  const rate = framerate && `${framerate.numerator}/${framerate.denominator}`;
  const step = [target.kind, formatKey(target.format), rate ?? "", mtu ?? ""].join("|");
  const speed = isSlow ? "|slow" : "";
  return {
    key: `${from?.key ?? origin} > ${step}${speed}${JSON.stringify(bitrates)}`,
    kin: `${from?.kin ?? origin} > ${step}${speed}`,
    family: `${from?.family ?? origin} > ${step}`,
    medium,
    from: from ?? source,
    target,
    encoder,
    mtu,
  };
}

function framesOf(format: Format): BranchTarget {
  return { kind: "frames", format };
}

// An encoder's output fits all parameters that may have been agreed on.
function withoutParameters(format: Format): Format {
  return { ...format, parameters: {} };
}
