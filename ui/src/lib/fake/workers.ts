// The worker pool of a pretended core, at rest.

import type { JobKind, ProductState, WorkersState } from "../protocol";

const PRODUCTS = ["preview", "background-removal", "batch", "dataset", "export"];

/** Name, product, urgency, limit of time in seconds, and whether that is for a step. */
const KINDS: [name: string, product: string, priority: JobKind["priority"], limit: number, step: boolean][] = [
  ["preview", "preview", "interactive", 10, false],
  ["preview-full", "preview", "interactive", 60, false],
  ["preview-network", "preview", "interactive", 120, false],
  ["remove-background", "background-removal", "export", 300, false],
  ["warm-model", "background-removal", "background", 120, false],
  ["ask-server", "background-removal", "background", 120, false],
  ["batch-picture", "batch", "background", 120, true],
  ["batch-frame", "dataset", "export", 120, true],
  ["dataset-verify", "dataset", "export", 600, true],
  ["apply-pipeline", "export", "export", 120, true],
  ["export-zip", "export", "export", 1800, true],
];

const WHY_INLINE = [
  "it is switched off",
  "the system gave no thread",
  "too many of its threads hang",
  "it is too small to be handed over",
  "it was asked for inside another job",
];

const COUNTS = {
  queued: 0,
  running: 0,
  taken: 0,
  done: 0,
  failed: 0,
  panicked: 0,
  replaced: 0,
  cancelled: 0,
  timed_out: 0,
  lost: 0,
  ended: 0,
  refused: 0,
  inline: 0,
};

const product = (name: string): ProductState => ({
  name,
  on: true,
  workers: 6,
  may_run_inline: true,
  inline: null,
  leaked: 0,
});

export function workers(): WorkersState {
  return {
    settings: {
      workers: 6,
      warm: 2,
      idle_s: 60,
      in_flight: 3,
      queue: 1024,
      offload_bytes: 10_240,
      leaked: 2,
      memory_bytes: 2_147_483_648,
      saturation: { enter_depth: 4, enter_wait_ms: 400, leave_depth: 1, leave_wait_ms: 100, window_ms: 1000 },
    },
    workers: [],
    products: PRODUCTS.map(product),
    kinds: KINDS.map(([name, product, priority, limit_s, limit_by_progress]) => ({
      name,
      product,
      priority,
      limit_s,
      limit_by_progress,
      ...COUNTS,
    })),
    operations: [],
    running: [],
    queued: 0,
    longest_wait_ms: 0,
    saturated: false,
    suspended: null,
    inline: WHY_INLINE.map((why) => ({ why, count: 0 })),
    restarts: 0,
    threads_abandoned: 0,
    local: 0,
    remote: 0,
    cache_hits: 0,
    cache_misses: 0,
    cache_hit_rate: null,
    buffers: { live_bytes: 0, peak_bytes: 0, idle_bytes: 0, allocated: 0, beyond: 0, recycled: 0, copies: 0, copied_bytes: 0 },
  };
}
