// How the client is built: hashed names below /static, compressed beside, within its budget, with every message in
// every language. Nothing here may need more than `dependencies`; what only checks is in `devDependencies`.
import { defineConfig } from "vite";
import { budget, compress } from "./build/output.ts";
import { messages } from "./build/messages.ts";

export default defineConfig({
  root: import.meta.dirname,
  base: "/static/",
  plugins: [messages("src/messages"), budget(80 * 1024), compress()],
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
