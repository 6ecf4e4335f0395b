import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The page that the program carries knows no pretended bench; the one for photographs does. */
function noPretence(mode: string): Plugin {
  return {
    name: "no-pretence",
    apply: "build",
    generateBundle(_, bundle) {
      if (mode === "shots") return;
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const pretended = Object.keys(chunk.modules).find((id) => /\/src\/lib\/(fake\/|words\/longer)/.test(id));
        if (pretended) this.error(`${pretended} must not be in a built page.`);
      }
    },
  };
}

// Relative addresses and no inlined assets: the page runs below Tauri's own scheme under a closed content policy.
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [svelte(), noPretence(mode)],
  server: { port: 5173, strictPort: true },
  build: {
    target: "safari16",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
  },
  // Components under test are the browser's, not the server's.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
}));
