// The part of kurento-client 7.3.0 that the tests use; the package carries no types.
declare module "kurento-client" {
  namespace kurento {
    /** Node's way of answering; with it the client tells failures, its promises swallow most. */
    type Callback<Result = unknown> = (error: KurentoFailure | null, result?: Result) => void;
    interface KurentoFailure extends Error {
      readonly code?: number;
      readonly data?: { readonly type?: string };
    }
    interface KurentoObject {
      readonly id: string;
      // The client builds a method for each KMD operation at run time.
      [operation: string]: unknown;
      getName(callback?: Callback<string>): Promise<string>;
      setName(name: string): Promise<void>;
      release(callback?: Callback): Promise<void>;
      on(event: string, listener: (event: KurentoEvent) => void): unknown;
      once(event: string, listener: (event: KurentoEvent) => void): unknown;
      removeListener(event: string, listener: (event: KurentoEvent) => void): unknown;
      getChildren(): Promise<KurentoObject[]>;
      getParent(): Promise<KurentoObject>;
      getMediaPipeline(): Promise<KurentoPipeline>;
      getCreationTime(): Promise<number>;
      addTag(key: string, value: string): Promise<void>;
      getTag(key: string, callback?: Callback<string>): Promise<string>;
      getTags(): Promise<{ key: string; value: string }[]>;
      setSendTagsInEvents(value: boolean): Promise<void>;
      /** What every method of the client is made of. */
      _invoke(
        transaction: undefined,
        operation: string,
        params: object,
        callback: Callback,
      ): unknown;
    }
    interface KurentoPipeline extends KurentoObject {
      create(type: string, params?: object, callback?: Callback<KurentoElement>): CreatedElement;
      create(type: string, callback: Callback<KurentoElement>): CreatedElement;
      create(transaction: Transaction, type: string, params?: object): CreatedElement;
      create(
        requests: readonly { type: string; params?: object }[],
        callback: Callback<KurentoElement[]>,
      ): unknown;
      transaction(operations: (this: KurentoPipeline) => void, callback?: Callback): Transaction;
      beginTransaction(): Transaction;
      getGstreamerDot(): Promise<string>;
      setLatencyStats(value: boolean): Promise<void>;
    }
    interface KurentoElement extends KurentoObject {
      connect(sink: KurentoObject, callback?: Callback): Promise<void>;
      connect(sink: KurentoObject, mediaType: string, callback?: Callback): Promise<void>;
      connect(sink: KurentoObject, type: string, source: string, into: string): Promise<void>;
      disconnect(sink: KurentoElement, mediaType?: string): Promise<void>;
      isMediaFlowingOut(mediaType: string, description?: string): Promise<boolean>;
      getSinkConnections(): Promise<object[]>;
      getStats(
        mediaType?: string,
      ): Promise<Record<string, { type: string; mediaTrackId?: string }>>;
      processOffer(offer: string, callback?: Callback<string>): Promise<string>;
      generateOffer(): Promise<string>;
      getLocalSessionDescriptor(): Promise<string>;
      getRemoteSessionDescriptor(): Promise<string>;
      getDtlsConnectionState(): Promise<object[]>;
      processAnswer(answer: string): Promise<string>;
      gatherCandidates(): Promise<void>;
      addIceCandidate(candidate: object): Promise<void>;
      setMaxVideoSendBandwidth(kbps: number): Promise<void>;
      isMediaTranscoding(mediaType: string): Promise<boolean>;
      setVideoFormat(caps: object): Promise<void>;
      setMaxEncoderBitrate(bitrate: number): Promise<void>;
      getConnectionState(): Promise<string>;
      getICECandidatePairs(): Promise<{ localCandidate: string; remoteCandidate: string }[]>;
      getIceConnectionState(): Promise<{ state: string }[]>;
      setIceTcp(value: boolean): Promise<void>;
      getStunServerAddress(): Promise<string>;
      setStunServerAddress(address: string): Promise<void>;
      getStunServerPort(): Promise<number>;
      setStunServerPort(port: number): Promise<void>;
      getTurnUrl(): Promise<string>;
      setTurnUrl(url: string): Promise<void>;
      setNetworkInterfaces(names: string): Promise<void>;
      setExternalIPv4(address: string): Promise<void>;
      setExternalIPv6(address: string): Promise<void>;
      getUri(): Promise<string>;
      getUrl(): Promise<string>;
      getState(): Promise<string>;
      play(): Promise<void>;
      pause(): Promise<void>;
      stop(): Promise<void>;
      getPosition(): Promise<number>;
      setPosition(milliseconds: number, callback?: Callback): Promise<void>;
      getVideoInfo(): Promise<{
        isSeekable: boolean;
        seekableInit: number;
        seekableEnd: number;
        duration: number;
      }>;
      record(): Promise<void>;
      stopAndWait(): Promise<void>;
    }
    /** An element that can be used before the server has made it; awaited, it is there. */
    interface CreatedElement extends KurentoElement, PromiseLike<KurentoElement> {}
    /** What is to be executed together. Settles with `commit`. */
    interface Transaction extends PromiseLike<{ value: unknown[] }> {
      readonly commited: boolean;
      commit(callback?: Callback): Transaction;
      rollback(callback?: Callback): Transaction;
    }
    interface KurentoEvent {
      readonly type: string;
      readonly source: string;
      readonly candidate: { candidate: string; sdpMid: string; sdpMLineIndex: number };
      readonly state: string;
      readonly [member: string]: unknown;
    }
    interface ServerManager extends KurentoObject {
      getInfo(): Promise<{ version: string; modules: { name: string; factories: string[] }[] }>;
      getPipelines(): Promise<KurentoPipeline[]>;
      getSessions(): Promise<string[]>;
      getMetadata(): Promise<string>;
      getKmd(module: string, callback?: Callback<string>): Promise<string>;
      getCpuCount(): Promise<number>;
      getUsedCpu(intervalMs: number): Promise<number>;
      getUsedMemory(): Promise<number>;
    }
    interface KurentoConnection {
      readonly sessionId: string;
      create(type: "MediaPipeline", callback?: Callback<KurentoPipeline>): CreatedPipeline;
      create(
        requests: readonly { type: string; params?: object }[],
        callback: Callback<KurentoElement[]>,
      ): unknown;
      getMediaobjectById(id: string, callback?: Callback<KurentoElement>): Promise<KurentoElement>;
      getMediaobjectById(ids: readonly string[]): Promise<KurentoElement[]>;
      getServerManager(): Promise<ServerManager>;
      transaction(operations: (this: KurentoConnection) => void, callback?: Callback): Transaction;
      on(event: "reconnected", listener: (sameSession: boolean) => void): unknown;
      once(event: "reconnected", listener: (sameSession: boolean) => void): unknown;
      close(): void;
    }
    interface CreatedPipeline extends KurentoPipeline, PromiseLike<KurentoPipeline> {}
    function getComplexType(name: string): (value: object) => object;
    /** A class of the client, as modules extend it. */
    interface KurentoClass {
      new (): KurentoElement & {
        _invoke(
          transaction: undefined,
          operation: string,
          params: object,
          callback: (error: unknown, result: unknown) => void,
        ): unknown;
      };
      readonly events: readonly string[];
    }
    const register: {
      (name: string, constructor: KurentoClass): void;
      readonly modules: string[];
      readonly abstracts: Readonly<Record<string, KurentoClass>>;
    };
  }
  function kurento(
    url: string,
    options?: object,
  ): kurento.KurentoConnection & PromiseLike<kurento.KurentoConnection>;
  export = kurento;
}
