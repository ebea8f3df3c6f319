import { defineConfig } from 'vite';

// Files of fixed names, since they are embedded in the program; shared.js is what page and worklet both need.
export default defineConfig({
  base: './',
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: process.env['DIVISI_STUDIO_DIST'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { app: 'index.html', worklet: 'src/worklet.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared.js', assetFileNames: 'app[extname]' },
    },
  },
});
