/** What setup needs to know while it waits until people can log in. */
export interface LoginWatch {
  /** People can log in now. */
  isReady(): boolean;
  /** What it waits for, in words. */
  waitingFor(): string;
  /** Called whenever one of the two may have changed; returns the way to stop. */
  subscribe(listener: () => void): () => void;
}
