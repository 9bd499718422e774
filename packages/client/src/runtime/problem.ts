/** Something that no caller is waiting to hear: for logs. */
export interface ClientProblem {
  readonly kind: "invalid message" | "unexpected response" | "event" | "listener" | "subscription";
  readonly message: string;
  readonly cause?: unknown;
}

/** Where problems go. */
export type ProblemSink = (problem: ClientProblem) => void;
