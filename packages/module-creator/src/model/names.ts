/** `WebRtcEndpoint` as `web-rtc-endpoint`; a single capital before a word stays with it: `gstreamer-filter`. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** `WebRtcEndpoint` as `webRtcEndpoint`, `crowd-detector` as `crowdDetector`. */
export function camelCase(name: string): string {
  const joined = name.replace(/[-_]+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
