import { kebabCase } from "../view/names.js";

/** The names of a new module, all made of the one that its author gives. */
export interface ModuleNames {
  /** Class that clients create: `FaceFinder`. */
  readonly className: string;
  /** Module on the wire and in `kmd/`: `facefinder`. */
  readonly module: string;
  /** Sources: `face-finder`. */
  readonly file: string;
  /** GStreamer element and its plugin: `kmsfacefinder`. */
  readonly element: string;
  /** GObject type of the element: `KmsFaceFinder`. */
  readonly objectType: string;
  /** Its functions: `kms_face_finder`. */
  readonly functions: string;
}

/** Modules and classes that every server has; a module or class of one of these names would not be loaded. */
const TAKEN: ReadonlySet<string> = new Set(
  [
    ...["core", "elements", "filters", "kurento", "kms"],
    ...["AlphaBlending", "BaseRtpEndpoint", "Composite", "Dispatcher", "DispatcherOneToMany"],
    ...["Endpoint", "FaceOverlayFilter", "Filter", "GStreamerFilter", "HttpEndpoint"],
    ...["HttpPostEndpoint", "Hub", "HubPort", "ImageOverlayFilter", "MediaElement", "MediaObject"],
    ...["MediaPipeline", "Mixer", "OpenCVFilter", "PassThrough", "PlayerEndpoint"],
    ...["RecorderEndpoint", "RtpEndpoint", "SdpEndpoint", "ServerManager", "SessionEndpoint"],
    ...["UriEndpoint", "WebRtcEndpoint", "ZBarFilter"],
  ].map((name) => name.toLowerCase()),
);

/**
 * @param name as its author gives it; blanks, `_` and `-` divide words: `face finder`, `face-finder`, `FaceFinder`
 * @throws Error saying what is wrong with the name
 */
export function moduleNames(name: string): ModuleNames {
  const className = name
    .split(/[\s_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  if (!/^[A-Z][A-Za-z0-9]{1,49}$/.test(className)) {
    throw new Error(
      `'${name}' cannot be the name of a module: 2 to 50 letters and digits, a letter first, like FaceFinder`,
    );
  }
  const module = className.toLowerCase();
  if (TAKEN.has(module)) {
    throw new Error(
      `'${className}' cannot be the name of a module: the server has one of that name`,
    );
  }
  const file = kebabCase(className);
  return {
    className,
    module,
    file,
    element: `kms${module}`,
    objectType: `Kms${className}`,
    functions: `kms_${file.replaceAll("-", "_")}`,
  };
}
