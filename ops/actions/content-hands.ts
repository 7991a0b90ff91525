/** What the operations half may ask of the content half; the root passes it, because neither knows the other. */
export type ContentHands = {
  /** `busy`: queued or being made. `title`: what it is about. Null when there is no such run. */
  readRun(id: string): Promise<{ status: string; busy: boolean; title: string } | null>
  /** Null when it was done, else why not. */
  retryRun(id: string, by: { id: number; name: string }): Promise<string | null>
  /** Null when it was done, else why not. */
  cancelRun(id: string, by: { id: number; name: string }): Promise<string | null>
  /** Of the brand, or of the current one. `times` in words, 'off' when there are none. Null when the brand is gone. */
  readSchedule(brand: string | undefined): Promise<{ brand: string; times: string; paused: boolean } | null>
  setPaused(brand: string, paused: boolean): Promise<void>
  /** What has been kept for longer than its policy says. */
  findOldFiles(): Promise<{ count: number; bytes: number }>
  clearOldFiles(): Promise<void>
}
