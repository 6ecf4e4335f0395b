import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Relative addresses and no inlined assets: the page runs below Tauri's own scheme under a closed content policy.
export default defineConfig({
  base: "./",
  plugins: [svelte()],
  server: { port: 5173, strictPort: true },
  build: {
    target: "safari16",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
  },
  // Components under test are the browser's, not the server's.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
});
