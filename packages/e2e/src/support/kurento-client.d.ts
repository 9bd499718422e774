// The part of kurento-client 7.3.0 that the tests use; the package carries no types.
declare module "kurento-client" {
  namespace kurento {
    interface KurentoObject {
      readonly id: string;
      // The client builds a method for each KMD operation at run time.
      [operation: string]: unknown;
    }
    interface KurentoPipeline extends KurentoObject {
      create(type: string, params?: object): Promise<KurentoElement>;
      release(): Promise<void>;
      getGstreamerDot(): Promise<string>;
    }
    interface KurentoElement extends KurentoObject {
      connect(sink: KurentoElement, mediaType?: string): Promise<void>;
      disconnect(sink: KurentoElement, mediaType?: string): Promise<void>;
      release(): Promise<void>;
      getName(): Promise<string>;
      on(event: string, listener: (event: KurentoEvent) => void): unknown;
      processOffer(offer: string): Promise<string>;
      generateOffer(): Promise<string>;
      processAnswer(answer: string): Promise<string>;
      gatherCandidates(): Promise<void>;
      addIceCandidate(candidate: object): Promise<void>;
      play(): Promise<void>;
      record(): Promise<void>;
      stopAndWait(): Promise<void>;
    }
    interface KurentoEvent {
      readonly type: string;
      readonly candidate: { candidate: string; sdpMid: string; sdpMLineIndex: number };
      readonly state: string;
      readonly [member: string]: unknown;
    }
    interface KurentoConnection {
      create(type: "MediaPipeline"): Promise<KurentoPipeline>;
      getServerManager(): Promise<KurentoObject & { getInfo(): Promise<Record<string, unknown>> }>;
      close(): void;
    }
    function getComplexType(name: string): (value: object) => object;
  }
  function kurento(url: string, options?: object): Promise<kurento.KurentoConnection>;
  export = kurento;
}
