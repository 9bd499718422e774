/** Stands for `ws` where the platform has a WebSocket of its own (browsers). */
export const WebSocket: undefined = undefined;
