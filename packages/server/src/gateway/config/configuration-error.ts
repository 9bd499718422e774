/** A configuration with which the server does not start; the message names the source and the key. */
export class ConfigurationError extends Error {}
