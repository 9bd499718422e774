// @ts-check
/**
 * The one table behind every debian/ folder: what our packages are called, hold and need. What all have in common is in
 * package-view.js and templates/.
 */

/**
 * @typedef {object} Module
 * @property {string} name of the source package and of the package that runs; the Nx project's name
 * @property {string} folder of the workspace
 * @property {string} [npm] npm name of what Node loads: installed to /usr/lib/kurento/node_modules
 * @property {string} summary
 * @property {string} description
 * @property {string} section of the distribution
 * @property {"any" | "all"} architecture of the package that runs
 * @property {string} cmake folder with CMakeLists.txt, below `folder`
 * @property {string[]} sources what else of `folder` the build or its tests read
 * @property {string} [pc] name of its pkg-config file; makes a -dev package
 * @property {boolean} [hasLibrary] whether that file names a library to link
 * @property {boolean} [hasFiles] whether something native of it is loaded by path: the addon, a module, a program
 * @property {string[]} [headers] npm packages that are headers for its addon
 * @property {string[]} needs modules that it runs upon
 * @property {string[]} buildNeeds modules, in their -dev packages where they have one, that it is built upon
 * @property {string[]} buildDepends packages of the distribution, to build and test
 * @property {string[]} depends packages of the distribution, to run
 * @property {string[]} devDepends packages of the distribution, to build upon it
 * @property {Record<string, string>} [programs] by command: path below the package's folder of npm; .js runs in Node
 * @property {string} [nodeVersion] of the npm package `node` that it repeats, in place of anything of the workspace
 */

const gstreamer = "libgstreamer1.0-dev (>= 1.22)";
const gstreamerBase = "libgstreamer-plugins-base1.0-dev (>= 1.22)";

/** Of the server; tools/omni/lib/node.sh has the same for the workspace. */
export const nodeMinimum = "20.17";
const node = `nodejs (>= ${nodeMinimum}) | kurento-nodejs`;

/** In an order in which each comes after those that it needs. @type {readonly Module[]} */
export const modules = [
  {
    name: "kurento-nodejs",
    folder: "",
    nodeVersion: "22.23.3",
    summary: "Node runtime of the kms-omni media server",
    description:
      "The binary of the npm package node, for distributions whose Node is older than the media server needs. Nothing else uses it.",
    section: "javascript",
    architecture: "any",
    cmake: "",
    sources: [],
    needs: [],
    buildNeeds: [],
    buildDepends: [],
    depends: [],
    devDepends: [],
  },
  {
    name: "kms-cmake-utils",
    folder: "packages/cmake-utils",
    summary: "CMake functions of the kms-omni media server",
    description:
      "Functions for the native code of modules: components, libraries, modules, GStreamer plugins, tests, fuzz targets.",
    section: "devel",
    architecture: "all",
    cmake: ".",
    sources: ["CMakeLists.txt", "cmake", "fuzz", "test-support", "README.md"],
    needs: [],
    buildNeeds: [],
    buildDepends: [],
    depends: ["cmake (>= 3.25)", "pkg-config"],
    devDepends: [],
  },
  {
    name: "kms-jsonrpc",
    folder: "packages/jsonrpc",
    npm: "@kms/jsonrpc",
    summary: "JSON-RPC library of the kms-omni media server",
    description:
      "JSON-RPC 2.0 for both sides of a connection: a codec, a dispatcher and a peer, in C++ and in TypeScript.",
    section: "libs",
    architecture: "any",
    cmake: "native",
    sources: ["native", "vectors", "src", "README.md"],
    pc: "kmsjsonrpc",
    hasLibrary: true,
    needs: [],
    buildNeeds: ["kms-cmake-utils"],
    buildDepends: ["nlohmann-json3-dev (>= 3.11)"],
    depends: [],
    devDepends: ["nlohmann-json3-dev (>= 3.11)"],
  },
  {
    name: "kurento-module-creator",
    folder: "packages/module-creator",
    npm: "@kms/module-creator",
    summary: "code generator for modules of the kms-omni media server",
    description:
      "Reads the description of a module (KMD) and writes its server and client code in TypeScript, C++ and Java, and its reference.",
    section: "devel",
    architecture: "all",
    cmake: "native",
    sources: ["native", "templates", "src", "README.md"],
    pc: "kmsmodulecreator",
    needs: [],
    buildNeeds: ["kms-cmake-utils"],
    buildDepends: [],
    depends: [node],
    devDepends: [],
    programs: {
      "kurento-module-creator": "dist/cli.js",
      "kurento-module-scaffold": "dist/scaffold/cli.js",
    },
  },
  {
    name: "kms-core",
    folder: "packages/core",
    npm: "@kms/core",
    summary: "core module of the kms-omni media server",
    description:
      "The object model, the router of RTP packets with ICE, DTLS, SRTP and data channels, and the bridge to GStreamer.",
    section: "libs",
    architecture: "any",
    cmake: "native",
    sources: ["native", "kmd", "src", "README.md", "config"],
    pc: "kmscore",
    hasFiles: true,
    hasLibrary: true,
    headers: ["node-addon-api", "node-api-headers"],
    needs: ["kms-jsonrpc"],
    buildNeeds: ["kms-cmake-utils", "kurento-module-creator"],
    buildDepends: [
      gstreamer,
      gstreamerBase,
      "libnice-dev",
      "libsrtp2-dev",
      "libssl-dev (>= 3.0)",
      "libusrsctp-dev",
      "gstreamer1.0-plugins-base <!nocheck>",
      "gstreamer1.0-plugins-good <!nocheck>",
      "gstreamer1.0-plugins-bad <!nocheck>",
      "gstreamer1.0-plugins-ugly <!nocheck>",
      "gstreamer1.0-libav <!nocheck>",
    ],
    depends: ["gstreamer1.0-plugins-base (>= 1.22)", "gstreamer1.0-plugins-good (>= 1.22)"],
    devDepends: [gstreamer, gstreamerBase],
  },
  {
    name: "kms-elements",
    folder: "packages/elements",
    npm: "@kms/elements",
    summary: "endpoints and hubs of the kms-omni media server",
    description:
      "WebRtcEndpoint, RtpEndpoint, PlayerEndpoint, RecorderEndpoint and the hubs that mix and switch.",
    section: "libs",
    architecture: "any",
    cmake: "native",
    sources: ["native", "kmd", "src", "README.md", "config"],
    pc: "kmselements",
    hasFiles: true,
    needs: ["kms-core"],
    buildNeeds: ["kms-cmake-utils", "kms-core"],
    buildDepends: [
      gstreamer,
      gstreamerBase,
      "gstreamer1.0-plugins-base <!nocheck>",
      "gstreamer1.0-plugins-good <!nocheck>",
      "gstreamer1.0-plugins-bad <!nocheck>",
      "gstreamer1.0-plugins-ugly <!nocheck>",
      "gstreamer1.0-libav <!nocheck>",
    ],
    depends: [
      "gstreamer1.0-plugins-bad (>= 1.22)",
      "gstreamer1.0-plugins-ugly (>= 1.22)",
      "gstreamer1.0-libav (>= 1.22)",
    ],
    devDepends: [],
  },
  {
    name: "kms-filters",
    folder: "packages/filters",
    npm: "@kms/filters",
    summary: "filters of the kms-omni media server",
    description: "Elements that change what passes through them, such as GStreamerFilter.",
    section: "libs",
    architecture: "any",
    cmake: "native",
    sources: ["native", "kmd", "src", "README.md"],
    pc: "kmsfilters",
    hasFiles: true,
    needs: ["kms-elements"],
    buildNeeds: ["kms-cmake-utils", "kms-core"],
    buildDepends: [
      gstreamer,
      gstreamerBase,
      "gstreamer1.0-plugins-base <!nocheck>",
      "gstreamer1.0-plugins-good <!nocheck>",
    ],
    depends: [],
    devDepends: [],
  },
  {
    name: "kurento-client",
    folder: "packages/client",
    npm: "@kms/client",
    summary: "client of Kurento media servers for C++ and Node",
    description:
      "Typed classes for all that a Kurento media server offers, as a C++ library and for Node and browsers, and the command kms-call.",
    section: "libs",
    architecture: "any",
    cmake: "native",
    sources: ["native", "src", "README.md"],
    pc: "kmsclient",
    hasFiles: true,
    hasLibrary: true,
    needs: ["kms-jsonrpc"],
    buildNeeds: ["kms-cmake-utils", "kms-jsonrpc", "kurento-module-creator"],
    buildDepends: [
      "libboost-dev (>= 1.74)",
      "libssl-dev (>= 3.0)",
      "nlohmann-json3-dev (>= 3.11)",
      "openssl <!nocheck>",
    ],
    depends: [],
    devDepends: ["nlohmann-json3-dev (>= 3.11)"],
    programs: { "kms-call": "build/RelWithDebInfo/bin/kms-call" },
  },
  {
    name: "kurento-media-server",
    folder: "packages/server",
    npm: "@kms/server",
    summary: "media server for WebRTC that speaks Kurento's protocol",
    description:
      "Clients build pipelines of endpoints, filters and hubs in it over a WebSocket. With a service, its own user, and settings in /etc/kurento.",
    section: "video",
    architecture: "any",
    cmake: "native",
    sources: ["native", "src", "README.md", "config"],
    pc: "kmscrash",
    hasFiles: true,
    needs: ["kms-core", "kms-elements", "kms-filters", "kurento-client"],
    buildNeeds: ["kms-cmake-utils", "kms-core"],
    buildDepends: [gstreamer, gstreamerBase, "libdw-dev (>= 0.186)"],
    depends: [node, "adduser", "sysvinit-utils (>= 3.05-3) | lsb-base"],
    devDepends: ["kurento-module-creator"],
    programs: { "kurento-media-server": "dist/main.js" },
  },
];
