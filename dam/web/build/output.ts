// What the build leaves: each file compressed beside itself, and a first load within its budget.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

const COMPRESSIBLE = /\.(js|css|html|svg|json)$/;
const WORTHWHILE = 1024;

/** Write `.br` and `.gz` beside every file that they make smaller. */
export function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    writeBundle(options) {
      const folder = options.dir!;
      for (const name of readdirSync(folder, { recursive: true }) as string[]) {
        const path = join(folder, name);
        if (!COMPRESSIBLE.test(name) || statSync(path).size < WORTHWHILE) continue;
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

/** Fail where the first page's scripts and styles are more than `limit` bytes, gzipped. */
export function budget(limit: number): Plugin {
  return {
    name: "budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const first = new Set(firstLoad(bundle));
      const sizes = [...first].map((name) => {
        const found = bundle[name]!;
        return gzipSync(found.type === "chunk" ? found.code : found.source, { level: 9 }).length;
      });
      const total = sizes.reduce((sum, size) => sum + size, 0);
      this.info(`first load: ${(total / 1024).toFixed(1)} KiB in ${sizes.length} files, gzipped; at most ${limit / 1024}`);
      if (total > limit) this.error(`The first load has ${total} bytes; its budget is ${limit}.`);
    },
  };
}

function firstLoad(bundle: Rollup.OutputBundle): string[] {
  const names: string[] = [];
  const visit = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || names.includes(name)) return;
    names.push(name, ...(chunk.viteMetadata?.importedCss ?? []));
    chunk.imports.forEach(visit);
  };
  for (const [name, found] of Object.entries(bundle)) if (found.type === "chunk" && found.isEntry) visit(name);
  return names;
}
