/** These answer when the media is done, which may take seconds; nobody else should wait for that. */
export const blockingOperations: ReadonlySet<string> = new Set(["stopAndWait"]);
