// What the configuration says about recordings.
import type { ObjectContext } from "@kms/core";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Store } from "./s3-upload.js";

/** `modules.kurento.RecorderEndpoint`. */
export interface RecordingSettings {
  /** How long a track that is connected but silent holds the others back; milliseconds. */
  readonly silenceWait: number;
  /** Whether times in which nothing comes are taken out. */
  readonly closesGaps: boolean;
  /** Folders in which files may be made; none = everywhere. */
  readonly roots: readonly string[];
  /** Folder for recordings that are on their way to another machine. */
  readonly spool: string;
  /** The store behind `s3://`; absent without credentials. */
  readonly store: S3Store | undefined;
}

const CLASS = "kurento.RecorderEndpoint";
const DEFAULT_WAIT = 2000;
const DEFAULT_REGION = "us-east-1";

export function recordingSettings(config: ObjectContext["config"]): RecordingSettings {
  const roots = config.text(CLASS, "roots") ?? "";
  return {
    silenceWait: Math.max(0, config.integer(CLASS, "silenceWait") ?? DEFAULT_WAIT),
    closesGaps: config.text(CLASS, "gapsFix") === "GENPTS",
    roots: roots.split(":").filter(Boolean),
    spool: config.text(CLASS, "spool") ?? join(tmpdir(), "kurento-spool"),
    store: storeOf(config),
  };
}

function storeOf(config: ObjectContext["config"]): S3Store | undefined {
  const accessKeyId = config.text(CLASS, "s3AccessKeyId");
  const secretAccessKey = config.text(CLASS, "s3SecretAccessKey");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const region = config.text(CLASS, "s3Region") ?? DEFAULT_REGION;
  return { accessKeyId, secretAccessKey, region, endpoint: config.text(CLASS, "s3Endpoint") };
}
