// RecorderEndpoint: the API's rules; muxing and writing are native, sending is recording-upload.ts.
import type { MediaType, Medium, NativeMap, ObjectContext, UriEndpointState } from "@kms/core";
import { KurentoError, textField } from "@kms/core";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { RecorderEndpointBase } from "../generated/recorder-endpoint.js";
import type { RecorderEndpointParams } from "../generated/recorder-endpoint.js";
import { recordedFormats } from "./recording-formats.js";
import { recordingSettings } from "./recording-settings.js";
import type { RecordingSettings } from "./recording-settings.js";
import {
  RecordingUpload,
  isRemote,
  makeSpool,
  senderTo,
  suffixOf,
  usualRetry,
  withSuffix,
} from "./recording-upload.js";
import { pause } from "./s3-upload.js";

const MEDIA: readonly Medium[] = ["audio", "video"];
/** GST_RESOURCE_ERROR_WRITE, and what the table of B4 makes of it. */
const WRITE_ERROR = { errorCode: 10, type: "RESOURCE_ERROR_WRITE" };
/** How long `stopAndWait` waits for what is not sent yet; as long as for what is not written. */
const SEND_WAIT_MS = 4000;

/** Writes what it is connected to into a file, or sends it to a server. */
export class RecorderEndpoint extends RecorderEndpointBase {
  readonly #params: RecorderEndpointParams;
  readonly #settings: RecordingSettings;
  /** The first recording of an endpoint that sends; the next ones lie beside it. */
  readonly #spool: string | undefined;
  /** A file that is made, and holds nothing yet. */
  #fresh: string | undefined;
  #upload: RecordingUpload | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(context: ObjectContext, params: RecorderEndpointParams) {
    super(context, params);
    this.#params = params;
    this.#settings = recordingSettings(context.config);
    if (isRemote(this.effectiveUri))
      this.#spool = join(this.#settings.spool, `${randomUUID()}.recording`);
    this.handleNative("file", (data) => void (this.#fresh = textField(data, "path")));
  }

  override async initialize(): Promise<void> {
    const { mediaProfile: profile, stopOnEndOfStream } = this.#params;
    await this.createNative("RecorderEndpoint", {
      profile,
      stopOnEndOfStream,
      silenceWait: this.#settings.silenceWait,
      closesGaps: this.#settings.closesGaps,
      ...(await this.#target()),
    });
    for (const medium of MEDIA)
      this.setAccepts(medium, { kind: "frames", formats: recordedFormats(profile, medium) });
  }

  protected override providesSource(_type: MediaType): boolean {
    return false;
  }

  /** Each time after a stop into another file: `name-2.webm`, ... */
  async record(): Promise<void> {
    await this.callNative("record");
  }

  /** Resolves when the file is complete, and sent if it is to be; after 4 s each at the latest. */
  async stopAndWait(): Promise<void> {
    await this.callNative("stopAndWait");
    await this.#sent();
  }

  override async release(): Promise<void> {
    await super.release();
    await this.#endUpload();
    await this.#sent();
  }

  protected override onStateChanged(state: UriEndpointState): void {
    if (state === "START") {
      this.#beginUpload();
      this.emitRecording();
    } else if (state === "PAUSE") {
      this.emitPaused();
    } else {
      void this.#endUpload();
      this.emitStopped();
    }
  }

  async #target(): Promise<NativeMap> {
    if (this.#spool === undefined)
      return { uri: this.effectiveUri, roots: [...this.#settings.roots] };
    this.#sender(this.effectiveUri);
    await makeSpool(this.#settings.spool);
    return { uri: `file://${encodeURI(this.#spool)}`, streamed: true };
  }

  #sender(uri: string): ReturnType<typeof senderTo> {
    const { clock } = this.context;
    try {
      return senderTo(uri, { clock, retry: usualRetry, store: this.#settings.store });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const text = `Cannot record to '${this.getUri()}': ${reason}`;
      throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", text);
    }
  }

  #beginUpload(): void {
    const path = this.#fresh;
    if (this.#spool === undefined || path === undefined) return;
    this.#fresh = undefined;
    const uri = withSuffix(this.effectiveUri, suffixOf(path, this.#spool));
    this.#upload = new RecordingUpload(path, this.#sender(uri), this.context.clock, (reason) =>
      this.emitError({
        ...WRITE_ERROR,
        description: `Error code ${WRITE_ERROR.errorCode}: recording is not sent: ${reason}, it is kept in ${path}, element: ${this.id}`,
      }),
    );
  }

  async #endUpload(): Promise<void> {
    const upload = this.#upload;
    this.#upload = undefined;
    if (upload !== undefined) {
      upload.finish();
      this.#sending = upload.done;
    }
    const unused = this.#fresh;
    this.#fresh = undefined;
    if (this.#spool !== undefined && unused !== undefined) await rm(unused, { force: true });
  }

  #sent(): Promise<void> {
    return Promise.race([this.#sending, pause(this.context.clock, SEND_WAIT_MS)]);
  }
}
