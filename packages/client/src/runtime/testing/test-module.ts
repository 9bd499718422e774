/** A small module as the generator would write it. */
import { ClientRuntime } from "../client.js";
import { connectionSettings } from "../client-options.js";
import type { KurentoClientOptions } from "../client-options.js";
import { RemoteObject } from "../remote-object.js";
import type { ClientClassSpec, ClientModuleSpec, ParamSpec, TypeRef } from "../schema-types.js";

const string: TypeRef = { kind: "primitive", name: "String" };
const int: TypeRef = { kind: "primitive", name: "int" };
const int64: TypeRef = { kind: "primitive", name: "int64" };
const double: TypeRef = { kind: "primitive", name: "double" };
const mediaObject: TypeRef = { kind: "object", name: "kurento.MediaObject" };
const stats: TypeRef = { kind: "register", name: "kurento.Stats" };

function field(name: string, type: TypeRef, optional: boolean = false): ParamSpec {
  return { name, type, optional };
}

export interface RaiseBase {
  source: MediaObject;
  timestampMillis: string;
}
export interface IceCandidate {
  candidate: string;
  sdpMLineIndex: number;
}
export interface Stats {
  id: string;
}
export interface RtcStats extends Stats {
  packets: number;
}

export interface MediaObjectEvents {
  Error: RaiseBase & { errorCode: number };
  Unsupported: RaiseBase;
}

export abstract class MediaObject extends RemoteObject {
  static override readonly spec: ClientClassSpec<never> = {
    name: "MediaObject",
    qualifiedName: "kurento.MediaObject",
    constructorParams: null,
  };
  declare readonly eventMap: MediaObjectEvents;

  getName(): Promise<string> {
    return this.invoke("getName", {}, string);
  }
  setName(name: string): Promise<void> {
    return this.invoke("setName", { name }, null);
  }
  getParent(): Promise<MediaObject | null> {
    return this.invoke("getParent", {}, mediaObject);
  }
  getChildren(): Promise<MediaObject[]> {
    return this.invoke("getChildren", {}, { kind: "list", of: mediaObject });
  }
}

export interface MediaPipelineParams {
  name?: string;
}

export class MediaPipeline extends MediaObject {
  static override readonly spec: ClientClassSpec<MediaPipelineParams> = {
    name: "MediaPipeline",
    qualifiedName: "kurento.MediaPipeline",
    constructorParams: [],
  };
}

export interface EndpointEvents extends MediaObjectEvents {
  IceCandidateFound: RaiseBase & { candidate: IceCandidate };
}

export interface EndpointParams {
  mediaPipeline: MediaPipeline;
  recvonly?: boolean;
}

export class Endpoint extends MediaObject {
  static override readonly spec: ClientClassSpec<EndpointParams> = {
    name: "Endpoint",
    qualifiedName: "kurento.Endpoint",
    constructorParams: [field("mediaPipeline", { kind: "object", name: "kurento.MediaPipeline" })],
  };
  declare readonly eventMap: EndpointEvents;

  connect(sink: MediaObject, mediaType?: string): Promise<void> {
    return this.invoke("connect", { sink, mediaType }, null);
  }
  addIceCandidate(candidate: IceCandidate): Promise<void> {
    return this.invoke("addIceCandidate", { candidate }, null);
  }
  getStats(): Promise<Record<string, Stats>> {
    return this.invoke("getStats", {}, { kind: "map", of: stats });
  }
  getPosition(): Promise<number> {
    return this.invoke("getPosition", {}, int64);
  }
  getVolume(): Promise<number> {
    return this.invoke("getVolume", {}, double);
  }
  getState(): Promise<string> {
    return this.invoke("getState", {}, { kind: "enum", name: "kurento.State" });
  }
}

export class Unavailable extends MediaObject {
  static override readonly spec: ClientClassSpec<object> = {
    name: "Unavailable",
    qualifiedName: "kurento.Unavailable",
    constructorParams: [],
  };
}

const raiseBase = [field("source", mediaObject), field("timestampMillis", string)];

export const testModule: ClientModuleSpec = {
  name: "core",
  version: "1.0.0",
  wireModule: "kurento",
  classes: [MediaObject, MediaPipeline, Endpoint, Unavailable],
  registers: [
    {
      name: "IceCandidate",
      qualifiedName: "kurento.IceCandidate",
      parent: null,
      fields: [field("candidate", string), field("sdpMLineIndex", int)],
    },
    { name: "Stats", qualifiedName: "kurento.Stats", parent: null, fields: [field("id", string)] },
    {
      name: "RtcStats",
      qualifiedName: "kurento.RtcStats",
      parent: "kurento.Stats",
      fields: [field("id", string), field("packets", int64)],
    },
  ],
  enums: [{ name: "State", qualifiedName: "kurento.State", values: ["START", "STOP"] }],
  events: [
    {
      name: "Error",
      qualifiedName: "kurento.Error",
      parent: null,
      fields: [...raiseBase, field("errorCode", int)],
    },
    {
      name: "IceCandidateFound",
      qualifiedName: "kurento.IceCandidateFound",
      parent: null,
      fields: [
        ...raiseBase,
        field("candidate", { kind: "register", name: "kurento.IceCandidate" }),
      ],
    },
  ],
};

export class TestClient extends ClientRuntime {
  static async connect(url: string, options: KurentoClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(await connectionSettings(url, options), options, [testModule]);
    await client.opened();
    return client;
  }
}
