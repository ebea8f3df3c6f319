import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { defineConfig, type Plugin } from 'vite';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

// `import text from 'worklet-text'`: the worklet as one script, which a page without a server begins from a data: address.
const workletText: Plugin = {
  name: 'worklet-text',
  resolveId: (id) => (id === 'worklet-text' ? `\0${id}` : undefined),
  async load(id) {
    if (id !== '\0worklet-text') return undefined;
    this.addWatchFile(here('src/worklet.ts'));
    const made = await build({ entryPoints: [here('src/worklet.ts')], bundle: true, minify: true, write: false, format: 'iife', target: 'es2022' });
    return `export default ${JSON.stringify(made.outputFiles[0]!.text)};`;
  },
};

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

// Script and style into the page, which then runs these and no others.
const oneFile: Plugin = {
  name: 'one-file',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle['report.html'];
    const files = Object.values(bundle);
    const script = files.find((f) => f.type === 'chunk');
    const style = files.find((f) => f.type === 'asset' && f.fileName.endsWith('.css'));
    if (page?.type !== 'asset' || script?.type !== 'chunk' || style?.type !== 'asset' || files.length !== 3)
      throw new Error(`report.html: expected a page, a script and a style, got ${Object.keys(bundle).join(', ')}`);
    const code = script.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
    const css = String(style.source);
    const rules = [
      "default-src 'none'",
      `script-src ${hashOf(code)} data:`,
      `style-src ${hashOf(css)}`,
      "media-src 'self' file:",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ];
    const html = String(page.source)
      .replace(/\s*<script [^>]*src=[^>]*><\/script>/, '')
      .replace(/\s*<link rel="stylesheet"[^>]*>/, '');
    page.source = html
      .replace('<title>', () => `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}" />\n    <title>`)
      .replace('</head>', () => `  <style>${css}</style>\n  </head>`)
      .replace('</body>', () => `  <script>${code}</script>\n  </body>`);
    delete bundle[script.fileName];
    delete bundle[style.fileName];
  },
};

// The page of reports: one file, opened from the disk.
export default defineConfig({
  base: './',
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  plugins: [workletText, oneFile],
  build: {
    outDir: process.env['DIVISI_STUDIO_DIST'] ?? 'dist',
    emptyOutDir: false,
    cssCodeSplit: false,
    target: 'es2022',
    modulePreload: false,
    rollupOptions: { input: 'report.html', output: { format: 'iife', entryFileNames: 'report.js', assetFileNames: 'report[extname]' } },
  },
});
